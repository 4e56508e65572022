// The live editor: puts its rooms together and lets them talk.
import { undo } from "@codemirror/commands";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { AnyModel } from "@anywidget/types";
import { Announcer } from "./announce";
import { Dismissals } from "./dismissals";
import { action, clock, freshId, h } from "./dom";
import { createEditor } from "./editor";
import { page } from "./layout";
import { pickMark, setMarks } from "./marks";
import { Notices, type Choice } from "./notices";
import { Offer } from "./offer";
import { Panel } from "./panel";
import { pickPlace } from "./places";
import { ReaderView } from "./reader";
import { replaceText } from "./replace";
import { Rival, RIVAL_WORDS } from "./rival";
import { ScenarioPanel } from "./scenario";
import { Sync } from "./sync";
import { Timers } from "./timers";
import { Toolbar } from "./toolbar";
import type { Answer, Dismissed, Draft, Mark, Model, Proposal, ReportData } from "./types";
import { Versions } from "./versions";
import { EXAMPLE, HELP, SILENT, inWords, wordCount } from "./wording";

const BUSY_AFTER_MS = 300;
const SLOW_AFTER_MS = 12_000;
const SETTLED_AFTER_MS = 1_500;
const REVEAL_AFTER_MS = 500;

export class Coach {
  private readonly root: HTMLElement;
  private readonly view: EditorView;
  private readonly sync: Sync;
  private readonly timers = new Timers();
  private readonly announcer = new Announcer();
  private readonly notices = new Notices();
  private readonly panel: Panel;
  private readonly toolbar: Toolbar;
  private readonly versions: Versions;
  private readonly scenario: ScenarioPanel;
  private readonly reader: ReaderView;
  private readonly dismissals: Dismissals;
  private readonly offer: Offer;
  private readonly rival = new Rival(() => this.keepMine(), () => this.takeTheirs());
  private readonly help = h("p", { class: "fnlp-help", id: freshId("help"), hidden: true }, HELP);
  private readonly status = h("span", { class: "fnlp-status" });
  private readonly exampleButton = action("Try an example", () => this.useExample(), "fnlp-link");
  private readonly readButton = action("Read it as the receiver", () => this.read(), "fnlp-quiet-button");
  private settled = "";

  constructor(
    private readonly model: AnyModel<Model>,
    parent: HTMLElement,
  ) {
    const marks = {
      propose: (mark: Mark) => this.ask({ cue: mark.cue, from: mark.from, to: mark.to }),
      dismiss: (mark: Mark, scope: Dismissed["scope"]) => this.dismiss(mark, scope),
    };
    this.panel = new Panel({
      ...marks,
      begin: (part) => this.ask({ part }),
      pick: (index) => this.view.dispatch({ effects: pickMark.of(index) }),
      goTo: (from, to) => this.goTo(from, to),
    });
    this.toolbar = new Toolbar(model, this.timers, this.announcer, {
      text: () => this.text,
      selectAll: () => this.goTo(0, this.view.state.doc.length),
      push: () => this.sync.push(),
      startOver: () => this.startOver(),
    });
    this.versions = new Versions({
      text: () => this.text,
      scores: () => {
        const value = (id: string) => model.get("report_data").dials.find((dial) => dial.id === id)?.value ?? null;
        return { actionability: value("actionability"), judgmental: value("judgmental") };
      },
      restore: (version, index) => this.swap(version.text, `Version ${index + 1} is back.`),
    });
    this.scenario = new ScenarioPanel((scenario) => {
      model.set("scenario", scenario);
      this.timers.later("scenario", BUSY_AFTER_MS, () => {
        model.save_changes();
        this.sync.keep();
      });
    });
    this.reader = new ReaderView(() => this.backToWriting());
    this.dismissals = new Dismissals((entry) => this.markAgain(entry));
    this.offer = new Offer((proposal) => this.useProposal(proposal), () => this.view.focus());
    const frame = h("div", { class: "fnlp-editor" });
    this.root = page({
      header: [this.readButton, this.toolbar.copyButton],
      scenario: this.scenario.element,
      write: [
        frame,
        h("div", { class: "fnlp-foot" }, this.status, this.exampleButton),
        this.help,
        this.offer.element,
        this.notices.element,
        this.rival.element,
      ],
      side: this.panel.side,
      below: [this.panel.below, this.versions.element],
      end: [this.dismissals.element, this.toolbar.foot],
      beside: [this.announcer.element],
    });
    this.root.addEventListener("keydown", (event) => {
      // Otherwise the browser would save the page.
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.keepNow();
    });
    parent.append(this.root);
    this.view = createEditor(frame, {
      text: model.get("text"),
      describedBy: this.help.id,
      marks,
      space: () => this.root.getBoundingClientRect(),
      changed: (update) => this.onChange(update),
    });
    this.sync = new Sync(model, this.view, this.timers, {
      sent: () => this.showSent(),
      answered: () => this.onReport(),
      followed: (mine) => this.showFollowed(mine),
      rival: (theirs) => this.showRival(theirs),
      restored: (at) => this.showRestored(at),
      found: (kept) =>
        this.notices.show(
          "draft",
          `This browser also holds a draft from ${clock(kept.at)} that the notebook does not know.`,
          ["Bring it back", () => this.swap(kept.text, "The draft from this browser is here.")],
          ["Leave it", () => this.sync.keep()],
        ),
      storageFull: () =>
        this.notices.show("draft", "The browser's storage is full, so only the notebook keeps this draft."),
      dismissedChanged: () => this.dismissals.update(this.sync.dismissed, model.get("allowed")),
    });
    model.on("change:report_data", this.onReport);
    model.on("change:versions", this.onVersions);
    model.on("change:scenario", this.onScenario);
    model.on("msg:custom", this.onAnswer);
    this.show(model.get("report_data"));
    this.dismissals.update(this.sync.dismissed, model.get("allowed"));
    this.onVersions();
    this.scenario.show(model.get("scenario"));
    const adopted = this.sync.restore();
    model.send({ kind: "ready", adopted });
    this.timers.later("reveal", REVEAL_AFTER_MS, () => this.reveal());
  }

  destroy(): void {
    this.sync.destroy();
    this.model.off("change:report_data", this.onReport);
    this.model.off("change:versions", this.onVersions);
    this.model.off("change:scenario", this.onScenario);
    this.model.off("msg:custom", this.onAnswer);
    this.timers.clear();
    this.announcer.destroy();
    this.view.destroy();
    this.root.remove();
  }

  private get text(): string {
    return this.view.state.doc.toString();
  }

  private onChange(update: ViewUpdate): void {
    this.root.dataset.read = "false";
    this.sync.edited(update);
    this.offer.hide();
    // What could be undone a moment ago is not the last change any more.
    this.notices.hide("done");
    this.announcer.typed();
    this.timers.cancel("settled");
    this.showStatus();
  }

  /** Run All leaves JupyterLab at the last cell; a person who begins wants to see the editor. */
  private reveal(): void {
    const { top, bottom } = this.root.getBoundingClientRect();
    const inView = top >= 0 && bottom <= window.innerHeight;
    if (!this.text && !inView) this.root.scrollIntoView({ block: "start" });
  }

  private readonly onReport = (): void => {
    const data = this.model.get("report_data");
    // An answer to an older text is dropped; marks follow the edits until the new one is there.
    if (data.revision !== this.model.get("revision") || this.model.get("text") !== this.text) return;
    this.show(data);
  };

  private readonly onVersions = (): void => this.versions.update(this.model.get("versions"));

  private readonly onScenario = (): void => {
    this.scenario.show(this.model.get("scenario"));
    this.sync.keep();
  };

  private readonly onAnswer = (answer: Answer, buffers: DataView[]): void => {
    if (answer.kind === "proposal") {
      if (answer.revision !== this.model.get("revision") || this.model.get("text") !== this.text) return;
      this.offer.show(answer, this.text.slice(answer.from, answer.to));
    } else if (answer.kind === "kept") {
      if (this.text !== this.model.get("beginning")) return;
      this.sync.adopt(answer);
      this.showRestored("");
    } else if (answer.kind === "file" && buffers[0]) this.toolbar.save(answer.name, buffers[0]);
    else if (answer.kind === "failed") this.tell(answer.message);
    else if (answer.kind === "sent") this.tell("Sent.");
  };

  private show(data: ReportData): void {
    this.timers.cancel("busy");
    this.timers.cancel("slow");
    const fits = data.length === this.view.state.doc.length;
    this.view.dispatch({ effects: setMarks.of(fits ? data.marks : []) });
    this.root.dataset.read = String(fits);
    this.root.dataset.status = data.status;
    this.root.dataset.revision = String(data.revision);
    this.help.hidden = !data.marks.length;
    this.panel.update(data);
    this.versions.refresh();
    this.notices.show("reading", data.status === "error" ? data.message : data.warnings.join(" "));
    this.showStatus();
    this.announcer.afterPause(inWords(data));
    if (this.text !== this.settled) this.timers.later("settled", SETTLED_AFTER_MS, () => this.settle());
  }

  /** The writer pauses: Python keeps a version. */
  private settle(): void {
    this.settled = this.text;
    this.model.send({ kind: "settled" });
  }

  private keepNow(): void {
    this.sync.push();
    this.settle();
    this.tell("Kept: every change is saved as you write, in this browser and in the notebook.");
  }

  private showSent(): void {
    if (!this.timers.has("busy")) {
      this.timers.later("busy", BUSY_AFTER_MS, () => this.showStatus("Reading…"));
    }
    this.timers.later("slow", SLOW_AFTER_MS, () => {
      this.notices.show("reading", SILENT);
      this.announcer.say(SILENT);
    });
  }

  private showStatus(busy = ""): void {
    const words = wordCount(this.text);
    const count = words === 1 ? "1 word" : `${words} words`;
    this.status.textContent = busy || (words ? `${count} · stays on this computer` : "What you write stays on this computer");
    this.root.classList.toggle("fnlp-busy", busy !== "");
    this.exampleButton.hidden = words > 0;
    this.readButton.disabled = words === 0;
    this.toolbar.enable(words > 0);
  }

  /** Say what just happened, with a way back. */
  private tell(words: string, takeBack?: () => void): void {
    const choices = takeBack ? [["Undo", takeBack] as Choice] : [];
    this.notices.show("done", words, ...choices);
    this.announcer.say(words);
  }

  private showRestored(at: string): void {
    const since = at ? ` from ${clock(at)}` : "";
    this.notices.show("draft", `Your draft${since} is back.`, ["Start a new one", () => this.startOver()]);
    this.announcer.say("Your draft is back.");
  }

  private showFollowed(mine: string): void {
    const words = "This draft is being changed in another tab or window.";
    this.notices.show("draft", words, ["Bring back what stood here", () => this.swap(mine, "Your text is back.")]);
    this.announcer.afterPause(words);
  }

  private showRival(theirs: string): void {
    this.announcer.say(RIVAL_WORDS);
    this.rival.show(this.text, theirs);
  }

  private takeTheirs(): void {
    const mine = this.text;
    this.sync.yield();
    this.tell("The other text is here.", () => this.swap(mine, "Your text is back."));
    this.view.focus();
  }

  private keepMine(): void {
    this.sync.settle();
    this.view.focus();
  }

  private ask(about: object): void {
    this.sync.push();
    this.model.send({ kind: "propose", revision: this.model.get("revision"), ...about });
  }

  private useProposal(proposal: Proposal): void {
    this.view.dispatch({
      changes: { from: proposal.from, to: proposal.to, insert: proposal.text },
      selection: { anchor: proposal.from + proposal.text.length },
      userEvent: "input.complete",
    });
    this.view.focus();
    const filled = pickPlace(this.view, proposal.from);
    this.tell(filled ? "It is in the text. Fill in the [brackets]." : "It is in the text.", () => {
      undo(this.view);
      this.view.focus();
    });
  }

  private dismiss(mark: Mark, scope: Dismissed["scope"]): void {
    const entry: Dismissed = { cue: mark.cue, text: mark.text, scope };
    if (scope === "once") entry.from = mark.from;
    this.sync.setDismissed([...this.sync.dismissed, entry]);
    this.view.focus();
    const where = scope === "once" ? "here" : "any more";
    this.tell(`“${mark.text}” is not marked ${where}.`, () => this.markAgain(entry));
  }

  private markAgain(entry: Dismissed): void {
    const same = ({ cue, text, scope }: Dismissed): boolean =>
      cue === entry.cue && text === entry.text && scope === entry.scope;
    const at = this.sync.dismissed.findIndex(same);
    this.sync.setDismissed(this.sync.dismissed.filter((_, index) => index !== at));
    this.tell(`“${entry.text}” is marked again.`);
    this.view.focus();
  }

  /** Put another text in place of the draft, with a way back. */
  private swap(text: string, words: string): void {
    const before = this.text;
    replaceText(this.view, text);
    this.sync.push();
    this.tell(words, () => {
      replaceText(this.view, before);
      this.view.focus();
    });
    this.view.focus();
  }

  private startOver(): void {
    const before: Draft = {
      text: this.text,
      versions: this.model.get("versions"),
      scenario: this.model.get("scenario"),
      dismissed: this.sync.dismissed,
    };
    const always = before.dismissed.filter(({ scope }) => scope === "always");
    this.sync.adopt({ text: "", versions: [], scenario: {}, dismissed: always });
    this.settled = "";
    this.notices.hide("draft");
    this.tell("A new draft.", () => this.sync.adopt(before));
    this.view.focus();
  }

  private read(): void {
    this.root.classList.add("fnlp-reading");
    this.root.append(this.reader.element);
    this.reader.show(this.text, this.scenario.value);
  }

  private backToWriting(): void {
    this.root.classList.remove("fnlp-reading");
    this.reader.hide();
    this.view.requestMeasure();
    this.readButton.focus();
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
}
