// The live editor as an anywidget module: sends {text, revision}, shows what Python answers.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
import type { AnyModel, RenderProps } from "@anywidget/types";
import { freshId, h } from "./dom";
import { marking, pickMark, setMarks } from "./marks";
import { Panel } from "./panel";
import type { Model, ReportData } from "./types";

const SEND_AFTER_MS = 80;
const BUSY_AFTER_MS = 300;
const SLOW_AFTER_MS = 12_000;
const ANNOUNCE_AFTER_MS = 1_200;
const COPIED_FOR_MS = 2_000;
const REVEAL_AFTER_MS = 500;

const EXAMPLE = "You are careless and your slides are a mess.";
const INVITATION =
  "Write to the person. What did you see, and when? What did it lead to? What could they try next time?";

/** The change came from Python or another view, so it is not sent back. */
const fromModel = Annotation.define<boolean>();

class LiveEditor {
  private readonly root: HTMLElement;
  private readonly view: EditorView;
  private readonly panel: Panel;
  private readonly status = h("span", { class: "fnlp-status" });
  private readonly notice = h("p", { class: "fnlp-notice", role: "alert", hidden: true });
  private readonly live = h("div", { class: "fnlp-hidden", role: "status", "aria-live": "polite" });
  private readonly copyButton = h("button", { type: "button", class: "fnlp-button" }, "Copy text");
  private readonly exampleButton = h("button", { type: "button", class: "fnlp-link" }, "Try an example");
  private readonly timers = new Map<string, number>();

  constructor(
    private readonly model: AnyModel<Model>,
    parent: HTMLElement,
  ) {
    const title = freshId("title");
    this.panel = new Panel({
      pick: (index) => this.view.dispatch({ effects: pickMark.of(index) }),
      goTo: (from, to) => this.goTo(from, to),
    });
    const frame = h("div", { class: "fnlp-editor" });
    this.root = h(
      "section",
      // JupyterLab would take the keys for its own shortcuts.
      { class: "fnlp-coach", "aria-labelledby": title, "data-lm-suppress-shortcuts": "true" },
      h(
        "header",
        {},
        h("h2", { id: title }, "Your feedback"),
        h("span", { class: "fnlp-spacer" }),
        this.copyButton,
      ),
      h(
        "div",
        { class: "fnlp-main" },
        h("div", { class: "fnlp-write" }, frame, h("div", { class: "fnlp-foot" }, this.status, this.exampleButton), this.notice),
        this.panel.side,
      ),
      this.panel.below,
      this.live,
    );
    parent.append(this.root);
    this.view = new EditorView({
      parent: frame,
      state: EditorState.create({
        doc: model.get("text"),
        extensions: [
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          placeholder(INVITATION),
          EditorView.contentAttributes.of({
            "aria-label": "Your feedback",
            "aria-multiline": "true",
            spellcheck: "true",
            dir: "auto",
          }),
          EditorView.perLineTextDirection.of(true),
          tooltips({ tooltipSpace: () => this.root.getBoundingClientRect() }),
          marking,
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            this.showStatus();
            if (!update.transactions.some((transaction) => transaction.annotation(fromModel))) {
              this.later("send", SEND_AFTER_MS, () => this.send());
            }
          }),
        ],
      }),
    });
    this.copyButton.addEventListener("click", () => void this.copy());
    this.exampleButton.addEventListener("click", () => this.useExample());
    model.on("change:text", this.onText);
    model.on("change:report_data", this.onReport);
    this.show(model.get("report_data"));
    model.send({ kind: "ready" });
    this.later("reveal", REVEAL_AFTER_MS, () => this.reveal());
  }

  destroy(): void {
    this.model.off("change:text", this.onText);
    this.model.off("change:report_data", this.onReport);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.view.destroy();
    this.root.remove();
  }

  /** Run All leaves JupyterLab at the last cell; a person who begins wants to see the editor. */
  private reveal(): void {
    const { top, bottom } = this.root.getBoundingClientRect();
    const inView = top >= 0 && bottom <= window.innerHeight;
    if (!this.text && !inView) this.root.scrollIntoView({ block: "start" });
  }

  private get text(): string {
    return this.view.state.doc.toString();
  }

  private readonly onText = (): void => {
    const text = this.model.get("text");
    if (text === this.text) return;
    this.cancel("send");
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      annotations: fromModel.of(true),
    });
  };

  private readonly onReport = (): void => {
    const data = this.model.get("report_data");
    // An answer to an older text is dropped; marks follow the edits until the new one is there.
    if (data.revision !== this.model.get("revision") || this.model.get("text") !== this.text) return;
    this.show(data);
  };

  private send(): void {
    const text = this.text;
    if (text === this.model.get("text")) {
      // Typed and taken back: the last answer holds again.
      this.onReport();
      return;
    }
    this.model.set("text", text);
    this.model.set("revision", this.model.get("revision") + 1);
    this.model.save_changes();
    if (!this.timers.has("busy")) {
      this.later("busy", BUSY_AFTER_MS, () => this.showStatus("Reading…"));
    }
    this.later("slow", SLOW_AFTER_MS, () =>
      this.showNotice("The notebook does not answer. Your text is safe: copy it, then choose Run → Run All Cells."),
    );
  }

  private show(data: ReportData): void {
    this.cancel("busy");
    this.cancel("slow");
    const fits = data.length === this.view.state.doc.length;
    this.view.dispatch({ effects: setMarks.of(fits ? data.marks : []) });
    this.root.dataset.status = data.status;
    this.root.dataset.revision = String(data.revision);
    this.panel.update(data);
    this.showNotice(data.status === "error" ? data.message : data.warnings.join(" "));
    this.showStatus();
    this.later("announce", ANNOUNCE_AFTER_MS, () => this.announce(data));
  }

  private showStatus(busy = ""): void {
    const words = this.text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0;
    const count = words === 1 ? "1 word" : `${words} words`;
    this.status.textContent = busy || (words ? `${count} · stays on this computer` : "What you write stays on this computer");
    this.root.classList.toggle("fnlp-busy", busy !== "");
    this.exampleButton.hidden = words > 0;
    this.copyButton.disabled = words === 0;
  }

  private showNotice(message: string): void {
    this.notice.textContent = message;
    this.notice.hidden = !message;
  }

  private announce(data: ReportData): void {
    if (data.status !== "ok") return;
    const scores = data.dials.filter((dial) => dial.words).map((dial) => `${dial.title}: ${dial.words}.`);
    const judging = data.marks.filter((mark) => mark.family === "judgmental").length;
    const passages = judging === 1 ? "1 passage may judge." : `${judging} passages may judge.`;
    this.live.textContent = [...scores, judging ? passages : "No passage judges."].join(" ");
  }

  private goTo(from: number, to: number): void {
    const end = this.view.state.doc.length;
    this.view.dispatch({
      selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
      scrollIntoView: true,
    });
    this.view.focus();
  }

  private useExample(): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: EXAMPLE },
      selection: { anchor: EXAMPLE.length },
    });
    this.view.focus();
  }

  private async copy(): Promise<void> {
    let done = true;
    try {
      await navigator.clipboard.writeText(this.text);
    } catch {
      done = this.copyBySelection();
    }
    const message = done ? "Copied ✓" : "Press Ctrl+C";
    this.copyButton.textContent = message;
    this.live.textContent = done ? "Text copied." : "The text is selected; press Ctrl+C.";
    this.later("copied", COPIED_FOR_MS, () => {
      this.copyButton.textContent = "Copy text";
    });
  }

  /** For pages where the clipboard is closed: over plain http, or without permission. */
  private copyBySelection(): boolean {
    this.view.dispatch({ selection: { anchor: 0, head: this.view.state.doc.length } });
    this.view.focus();
    return document.execCommand("copy");
  }

  private later(name: string, ms: number, action: () => void): void {
    this.cancel(name);
    this.timers.set(
      name,
      window.setTimeout(() => {
        this.timers.delete(name);
        action();
      }, ms),
    );
  }

  private cancel(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }
}

function render({ model, el }: RenderProps<Model>): () => void {
  const editor = new LiveEditor(model, el);
  return () => editor.destroy();
}

export default { render };
