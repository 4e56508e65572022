// The live editor: puts its rooms together and lets them talk.
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { AnyModel } from "@anywidget/types";
import { Announcer } from "./announce";
import { Dismissals } from "./dismissals";
import { action, h } from "./dom";
import { Drafts } from "./drafts";
import { createEditor } from "./editor";
import { page } from "./layout";
import { pickMark } from "./marks";
import { Notices } from "./notices";
import { Offer } from "./offer";
import { Panel } from "./panel";
import { ReaderView } from "./reader";
import { Foot, Reading } from "./reading";
import { ScenarioPanel } from "./scenario";
import { Sync } from "./sync";
import { Timers } from "./timers";
import { Toolbar } from "./toolbar";
import type { Answer, Dismissed, Mark, Model } from "./types";
import { Versions } from "./versions";
import { KEEPING } from "./wording";

const SCENARIO_AFTER_MS = 300;
const REVEAL_AFTER_MS = 500;

export class Coach {
  private readonly root: HTMLElement;
  private readonly view: EditorView;
  private readonly sync: Sync;
  private readonly reading: Reading;
  private readonly drafts: Drafts;
  private readonly timers = new Timers();
  private readonly announcer = new Announcer();
  private readonly notices = new Notices();
  private readonly foot = new Foot(() => this.drafts.useExample());
  private readonly panel: Panel;
  private readonly toolbar: Toolbar;
  private readonly versions: Versions;
  private readonly scenario: ScenarioPanel;
  private readonly reader: ReaderView;
  private readonly dismissals: Dismissals;
  private readonly offer: Offer;
  private readonly readButton = action("Read it as the receiver", () => this.read(), "fnlp-quiet-button");

  constructor(
    private readonly model: AnyModel<Model>,
    parent: HTMLElement,
  ) {
    const marks = {
      propose: (mark: Mark) => this.ask({ cue: mark.cue, from: mark.from, to: mark.to }),
      dismiss: (mark: Mark, scope: Dismissed["scope"]) => this.drafts.dismiss(mark, scope),
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
      startOver: () => {
        this.drafts.startOver();
        this.reading.forget();
      },
    });
    this.versions = new Versions({
      text: () => this.text,
      scores: () => {
        const value = (id: string) => model.get("report_data").dials.find((dial) => dial.id === id)?.value ?? null;
        return { actionability: value("actionability"), judgmental: value("judgmental") };
      },
      restore: (version, index) => this.drafts.swap(version.text, `Version ${index + 1} is back.`),
    });
    this.scenario = new ScenarioPanel((scenario) => {
      model.set("scenario", scenario);
      this.timers.later("scenario", SCENARIO_AFTER_MS, () => {
        model.save_changes();
        this.sync.keep();
      });
    });
    this.reader = new ReaderView(() => this.backToWriting());
    this.dismissals = new Dismissals((entry) => this.drafts.markAgain(entry));
    this.offer = new Offer((proposal) => this.drafts.useProposal(proposal), () => this.view.focus());
    const frame = h("div", { class: "fnlp-editor" });
    this.view = createEditor(frame, {
      text: model.get("text"),
      describedBy: this.foot.help.id,
      marks,
      space: () => this.root.getBoundingClientRect(),
      changed: (update) => this.onChange(update),
    });
    this.drafts = new Drafts(model, this.view, () => this.sync, this.notices, this.announcer);
    this.root = page({
      header: [this.readButton, this.toolbar.copyButton],
      scenario: this.scenario.element,
      write: [frame, this.foot.line, this.foot.help, this.offer.element, this.notices.element, this.drafts.rival.element],
      side: this.panel.side,
      below: [this.panel.below, this.versions.element],
      end: [this.dismissals.element, this.toolbar.foot, h("p", { class: "fnlp-keeping fnlp-quiet" }, KEEPING)],
      beside: [this.announcer.element],
    });
    this.root.addEventListener("keydown", (event) => {
      // Otherwise the browser would save the page.
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.keepNow();
    });
    parent.append(this.root);
    this.sync = new Sync(model, this.view, this.timers, {
      sent: () => this.reading.sent(),
      answered: () => this.reading.show(),
      followed: (mine) => this.drafts.showFollowed(mine),
      rival: (theirs) => this.drafts.showRival(theirs),
      restored: (at) => this.drafts.showRestored(at),
      found: (kept) => this.drafts.showFound(kept),
      storageFull: () => this.drafts.showStorageFull(),
      dismissedChanged: () => this.dismissals.update(this.sync.dismissed, model.get("allowed")),
    });
    this.reading = new Reading(
      {
        model,
        root: this.root,
        view: this.view,
        sync: this.sync,
        timers: this.timers,
        announcer: this.announcer,
        notices: this.notices,
        panel: this.panel,
        shown: () => this.versions.refresh(),
        filled: (some) => {
          this.readButton.disabled = !some;
          this.toolbar.enable(some);
        },
      },
      this.foot,
    );
    model.on("change:report_data", this.onReport);
    model.on("change:versions", this.onVersions);
    model.on("change:scenario", this.onScenario);
    model.on("msg:custom", this.onAnswer);
    this.reading.show();
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
    this.sync.edited(update);
    this.offer.hide();
    // What could be undone a moment ago is not the last change any more.
    this.notices.hide("done");
    this.reading.edited(update);
  }

  /** Run All leaves JupyterLab at the last cell; a person who begins wants to see the editor. */
  private reveal(): void {
    const { top, bottom } = this.root.getBoundingClientRect();
    const inView = top >= 0 && bottom <= window.innerHeight;
    if (!this.text && !inView) this.root.scrollIntoView({ block: "start" });
  }

  private readonly onReport = (): void => this.reading.show();

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
      this.drafts.showRestored("");
    } else if (answer.kind === "file" && buffers[0]) this.toolbar.save(answer.name, buffers[0]);
    else if (answer.kind === "failed") this.drafts.tell(answer.message);
    else if (answer.kind === "sent") this.drafts.tell("Sent.");
  };

  private keepNow(): void {
    this.sync.push();
    this.reading.settle();
    this.drafts.tell(KEEPING);
  }

  private ask(about: object): void {
    this.sync.push();
    this.model.send({ kind: "propose", revision: this.model.get("revision"), ...about });
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
}
