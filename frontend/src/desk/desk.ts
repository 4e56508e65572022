// The desk: shows what Python says, sends what a person does. Python holds the state and the rules.
import type { AnyModel } from "@anywidget/types";
import { action, freshId, h } from "../dom";
import { Timers } from "../timers";
import { Help } from "./help";
import { answerTable, markedTexts } from "./marked";
import { Palette } from "./palette";
import { Post } from "./post";
import { Questions } from "./questions";
import { Sheet } from "./sheet";
import type { Book, DeskView, Model, Send, SpanLabel } from "./types";

const SILENT_AFTER_MS = 8_000;
const SILENT = "The notebook does not answer. What was kept before is safe: choose Run → Run All Cells to go on.";

export class Desk {
  private readonly root: HTMLElement;
  private readonly book: Book;
  private readonly timers = new Timers();
  private readonly post: Post;
  private readonly sheet: Sheet;
  private readonly questions: Questions;
  private readonly palette: Palette;
  private readonly help: Help;
  private readonly work: HTMLElement;
  private readonly end = h("div", { class: "fnlp-finish" });
  private readonly others = h("section", { class: "fnlp-others", hidden: true });
  private readonly notice = h("p", { class: "fnlp-said", role: "status", "aria-live": "polite", dir: "auto" });
  private readonly bar = h("progress", { max: 1, value: 0, "aria-label": "Texts that are done" });
  private readonly where = h("span", { class: "fnlp-quiet" });
  private readonly state = h("span", { class: "fnlp-state" });

  constructor(
    private readonly model: AnyModel<Model>,
    parent: HTMLElement,
  ) {
    this.book = model.get("book");
    this.post = new Post(model);
    const decide = this.data.role === "decision";
    const send: Send = (kind, content) => this.send(kind, content);
    this.palette = new Palette(this.book, {
      mark: (label) => this.mark(label),
      show: ({ from, to }) => this.sheet.select(from, to),
      lost: () => this.sheet.focus(),
      remove: (mark) => this.send("unmark", { from: mark.from, to: mark.to, label: mark.label }),
    });
    this.questions = new Questions(this.book, send);
    this.help = new Help(this.book, decide, () => this.toggleHelp());
    const frame = h("div", { class: "fnlp-editor fnlp-sheet" });
    const title = freshId("title");
    const key = (words: string, keys: string, run: () => void, look = "fnlp-quiet-button") => {
      const button = action("", run, look);
      button.append(words, " ", h("kbd", { "aria-hidden": "true" }, keys));
      return button;
    };
    this.work = h(
      "div",
      {},
      this.others,
      h(
        "div",
        { class: "fnlp-main fnlp-desk-main" },
        h("div", {}, frame, this.palette.element),
        this.questions.element,
      ),
      h(
        "div",
        { class: "fnlp-toolbar fnlp-desk-foot", role: "group", "aria-label": "This text" },
        key("Back", "⇧↵", () => this.send("back")),
        action("Next", () => this.send("forward"), "fnlp-quiet-button"),
        key("Skip", "k", () => this.send("skip")),
        key("Undo", "z", () => this.send("undo")),
        h("span", { class: "fnlp-spacer" }),
        key(decide ? "Decide" : "Keep", "↵", () => this.send("save"), "fnlp-button"),
      ),
    );
    this.root = h(
      "section",
      // JupyterLab would take the keys for its own shortcuts; a click anywhere gives them to us.
      { class: "fnlp-coach fnlp-desk", "aria-labelledby": title, "data-lm-suppress-shortcuts": "true", tabindex: -1 },
      h(
        "header",
        {},
        h("h2", { id: title }, decide ? "Decide where raters differ" : "Label texts"),
        h("span", { class: "fnlp-spacer" }),
        this.state,
        this.where,
        this.bar,
        key("Help", "?", () => this.toggleHelp()),
      ),
      this.notice,
      this.help.element,
      this.work,
      this.end,
    );
    this.root.addEventListener("keydown", this.onKey);
    parent.append(this.root);
    this.sheet = new Sheet(frame, this.book, this.palette.how);
    model.on("change:view", this.update);
    this.update();
  }

  private get data(): DeskView {
    return this.model.get("view") as DeskView;
  }

  private send(kind: string, content: Record<string, unknown> = {}): void {
    this.timers.later("silent", SILENT_AFTER_MS, () => this.notice.replaceChildren(SILENT));
    this.post.send({ kind, id: this.data.id ?? null, ...content });
  }

  private mark(label: SpanLabel): void {
    this.send("mark", { label: label.id, ...this.sheet.selection });
  }

  private toggleHelp(): void {
    const open = !this.help.open;
    this.help.show(open);
    this.work.hidden = open || this.data.page !== "text";
    this.end.hidden = open || this.data.page === "text";
    if (!open) this.help.giveBack();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const run = this.deed(event);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };

  /** What a key means here; nothing if it is the browser's. */
  private deed(event: KeyboardEvent): (() => void) | null {
    const { key } = event;
    if (key === "?" || (key === "Escape" && this.help.open)) return () => this.toggleHelp();
    if (this.help.open || this.data.page !== "text") return null;
    const digit = /^Digit(\d)$/.exec(event.code)?.[1];
    if (event.altKey) {
      const number = Number(digit) - 1;
      return this.data.given[number] ? () => this.send("take", { number }) : null;
    }
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") return () => this.send("undo");
    if (event.ctrlKey || event.metaKey) return null;
    if (key === "Enter") {
      // A button does what it says.
      if (event.target instanceof HTMLButtonElement) return null;
      return () => this.send(event.shiftKey ? "back" : "save");
    }
    if (/^\d$/.test(key)) return () => this.send("answer", { value: Number(key) });
    if (key === "-") return () => this.send("leave_open");
    if (key === ".") return () => this.sheet.selectSentence();
    const letter = key.toLowerCase();
    if (letter === "q") return () => this.send("choose", { step: event.shiftKey ? -1 : 1 });
    if (letter === "k") return () => this.send("skip");
    if (letter === "z") return () => this.send("undo");
    if (letter === "d") return () => this.send("unmark", this.sheet.selection);
    const scale = this.book.scales.find(({ key }) => key === letter);
    if (scale) return () => this.send("pick", { scale: scale.id });
    const label = this.book.spans.find((span) => span.key === letter);
    return label ? () => this.mark(label) : null;
  }

  private readonly update = (): void => {
    const data = this.data;
    this.post.answered(data.answered);
    if (!this.post.open) this.timers.cancel("silent");
    const onText = data.page === "text";
    const done = data.total - data.counts.open;
    this.notice.replaceChildren(data.notice);
    this.bar.max = Math.max(1, data.total);
    this.bar.value = done;
    const skipped = data.counts.skipped ? `, ${data.counts.skipped} skipped` : "";
    const place = onText ? `Text ${data.number} of ${data.total} · ` : "";
    this.where.textContent = `${place}${data.counts.labelled} done${skipped}`;
    this.state.textContent = onText && data.state !== "open" ? (data.state === "labelled" ? "✓ done before" : "skipped before") : "";
    const atEnd = this.end.contains(document.activeElement);
    this.work.hidden = !onText || this.help.open;
    this.end.hidden = onText || this.help.open;
    if (!onText) {
      this.showEnd(data);
      return;
    }
    this.sheet.update(data);
    this.questions.update(data);
    this.palette.update(data);
    this.root.dataset.ready = String(data.problems.length === 0);
    this.showOthers(data);
    if (atEnd) this.sheet.focus();
  };

  private showOthers(data: DeskView): void {
    this.others.hidden = data.given.length === 0;
    if (this.others.dataset.text === data.id) return;
    this.others.dataset.text = data.id;
    const marks = data.differing.flatMap((id) => this.book.spans.find((span) => span.id === id)?.title ?? []);
    this.others.replaceChildren(
      h("h3", {}, "What the raters gave"),
      answerTable(data.given, this.book, "Answers of the raters"),
      h("p", { class: "fnlp-quiet" }, marks.length ? `Marks that differ: ${marks.join(", ")}.` : "The marks are the same."),
      markedTexts(data.text, data.given, this.book),
      h("div", { class: "fnlp-actions" }, ...data.given.map(({ name }, number) => action(`Take over ${name.toLowerCase()}`, () => this.send("take", { number })))),
      h("h3", { class: "fnlp-decision" }, "Your decision"),
    );
  }

  private showEnd(data: DeskView): void {
    const decide = data.role === "decision";
    const words =
      data.page === "nothing"
        ? decide
          ? "There is nothing to decide: no text has two raters who differ, or you have yet to label those that do."
          : "There are no texts yet. Add some to the store, then run this cell again."
        : data.counts.skipped
          ? `You are through: ${data.counts.labelled} done, ${data.counts.skipped} skipped.`
          : `You are through: all ${data.total} are done. Thank you!`;
    const hadFocus = this.root.contains(document.activeElement);
    const title = h("p", { class: "fnlp-through", tabindex: -1 }, words);
    this.end.replaceChildren(
      title,
      h(
        "div",
        { class: "fnlp-actions" },
        ...(data.counts.skipped ? [action("Go through what you skipped", () => this.send("revisit"), "fnlp-button")] : []),
        ...(data.page === "done" ? [action("Look at the last text", () => this.send("back"), "fnlp-quiet-button")] : []),
      ),
    );
    if (hadFocus && !this.help.open) title.focus();
  }

  destroy(): void {
    this.model.off("change:view", this.update);
    this.timers.clear();
    this.sheet.destroy();
    this.root.remove();
  }
}
