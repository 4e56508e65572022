// From a text that was sent to its answer on the screen, and what is said meanwhile.
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { AnyModel } from "@anywidget/types";
import type { Announcer } from "./announce";
import { action, freshId, h, setWords } from "./dom";
import { setMarks } from "./marks";
import type { Notices } from "./notices";
import type { Panel } from "./panel";
import { onText } from "./report";
import type { Sync } from "./sync";
import type { Timers } from "./timers";
import type { Model } from "./types";
import { HELP, SILENT, inWords, wordCount, wordsAdded } from "./wording";

const BUSY_AFTER_MS = 300;
const SLOW_AFTER_MS = 12_000;
const SETTLED_AFTER_MS = 1_500;

export interface ReadingParts {
  model: AnyModel<Model>;
  root: HTMLElement;
  view: EditorView;
  sync: Sync;
  timers: Timers;
  announcer: Announcer;
  notices: Notices;
  panel: Panel;
  /** An answer is on the screen. */
  shown(): void;
  /** Whether there are words. */
  filled(some: boolean): void;
}

/** What stands below the editor. */
export class Foot {
  readonly help = h("p", { class: "fnlp-help", id: freshId("help"), hidden: true }, HELP);
  readonly status = h("span", { class: "fnlp-status" });
  readonly exampleButton: HTMLButtonElement;
  readonly line: HTMLElement;

  constructor(useExample: () => void) {
    this.exampleButton = action("Try an example", useExample, "fnlp-link");
    this.line = h("div", { class: "fnlp-foot" }, this.status, this.exampleButton);
  }
}

export class Reading {
  private words: number;
  /** The text of the last version that was kept. */
  private settled = "";

  constructor(
    private readonly parts: ReadingParts,
    private readonly foot: Foot,
  ) {
    this.words = wordCount(this.text);
  }

  /** The text has changed. */
  edited(update: ViewUpdate): void {
    const { root, announcer, timers } = this.parts;
    root.dataset.read = "false";
    this.words += wordsAdded(update);
    announcer.typed();
    timers.cancel("settled");
    this.showStatus();
  }

  /** A text is on its way to Python. */
  sent(): void {
    const { timers, notices, announcer } = this.parts;
    if (!timers.has("busy")) timers.later("busy", BUSY_AFTER_MS, () => this.showStatus("Reading…"));
    // Not begun anew with each key: who types on into the silence wants to know as well.
    if (timers.has("slow")) return;
    timers.later("slow", SLOW_AFTER_MS, () => {
      notices.show("reading", SILENT);
      announcer.say(SILENT);
    });
  }

  /** Show the answer that the model holds; one to an older text than Python has is dropped. */
  show(): void {
    const { model, root, view, sync, timers, announcer, notices, panel, shown } = this.parts;
    const data = model.get("report_data");
    if (!sync.holds(data.revision)) return;
    timers.cancel("busy");
    timers.cancel("slow");
    const since = sync.answered();
    const report = onText(data, model.get("legend"), since, view.state.doc);
    view.dispatch({ effects: setMarks.of(report.marks) });
    const current = since.empty && data.length === since.length;
    root.dataset.read = String(current);
    root.dataset.status = data.status;
    root.dataset.revision = String(data.revision);
    this.foot.help.hidden = !report.marks.length;
    panel.update(report);
    notices.show("reading", data.status === "error" ? data.message : data.warnings.join(" "));
    this.showStatus();
    if (!current) return;
    shown();
    announcer.afterPause(inWords(report));
    if (this.text !== this.settled) timers.later("settled", SETTLED_AFTER_MS, () => this.settle());
  }

  /** The writer pauses: Python keeps a version. */
  settle(): void {
    this.settled = this.text;
    this.parts.model.send({ kind: "settled" });
  }

  /** Another draft begins. */
  forget(): void {
    this.settled = "";
  }

  showStatus(busy = ""): void {
    const { words } = this;
    const count = words === 1 ? "1 word" : `${words} words`;
    const quiet = words ? `${count} · stays on this computer` : "What you write stays on this computer";
    setWords(this.foot.status, busy || quiet);
    this.parts.root.classList.toggle("fnlp-busy", busy !== "");
    this.foot.exampleButton.hidden = words > 0;
    this.parts.filled(words > 0);
  }

  private get text(): string {
    return this.parts.view.state.doc.toString();
  }
}
