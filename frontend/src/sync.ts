// The draft between three holders: this view, the kernel, and the browser's copy.
import { Annotation, ChangeSet, type ChangeDesc } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { AnyModel } from "@anywidget/types";
import { Keeper, readNeverMarked, writeNeverMarked, type Kept } from "./keeping";
import { replaceText } from "./replace";
import type { Timers } from "./timers";
import type { Dismissed, Draft, Model } from "./types";

/** The next text waits for the answer to the one before, or a slow kernel would never finish one; not for ever. */
const ANSWER_WITHIN_MS = 10_000;
/** Until then the kernel has it, or this page: one that is left keeps its text before it goes. */
const KEEP_AFTER_MS = 150;

/** The change came from Python or another view, so it is not sent back. */
const fromModel = Annotation.define<boolean>();

export interface SyncEvents {
  /** A text is on its way to the kernel. */
  sent(): void;
  /** The kernel has an answer to this very text already. */
  answered(): void;
  /** Another view changed the draft, and this one followed; `mine` is what stood here before. */
  followed(mine: string): void;
  /** Another view changed the draft while this one did too; nothing is sent until `settle`. */
  rival(theirs: string): void;
  /** A draft from before the editor was there is back. */
  restored(at: string): void;
  /** The browser holds a draft that the kernel does not know. */
  found(kept: Kept): void;
  storageFull(): void;
  dismissedChanged(): void;
}

export class Sync {
  dismissed: Dismissed[];
  readonly view = Math.random().toString(36).slice(2);
  private readonly keeper: Keeper;
  private rival = false;
  private sentRevision = -1;
  /** What was typed after the text that the kernel has. */
  private since: ChangeSet;
  /** Whether something of it is to be sent. */
  private unsent = false;
  /** What stood here when another view began to write. */
  private mine: string | null = null;
  private stored = true;
  /** Nothing is kept before what was kept is read. */
  private read = false;

  constructor(
    private readonly model: AnyModel<Model>,
    private readonly editor: EditorView,
    private readonly timers: Timers,
    private readonly events: SyncEvents,
  ) {
    this.keeper = new Keeper(model.get("draft_key"));
    this.dismissed = model.get("dismissed");
    this.since = this.none();
    model.on("change:text", this.onText);
    model.on("change:dismissed", this.onDismissed);
    model.on("change:versions", this.keepVersions);
    window.addEventListener("pagehide", this.onLeave);
    document.addEventListener("visibilitychange", this.onLeave);
  }

  destroy(): void {
    this.onLeave();
    this.model.off("change:text", this.onText);
    this.model.off("change:dismissed", this.onDismissed);
    this.model.off("change:versions", this.keepVersions);
    window.removeEventListener("pagehide", this.onLeave);
    document.removeEventListener("visibilitychange", this.onLeave);
  }

  /** Bring back what the browser kept; say whether it did. */
  restore(): boolean {
    const { model } = this;
    const kept = this.keeper.read();
    this.read = true;
    const untouched = !model.get("writer") && model.get("text") === model.get("beginning");
    this.addNeverMarked();
    if (!kept || kept.text === model.get("text")) {
      if (kept && kept.session !== model.get("session") && untouched) this.adopt(kept);
      return Boolean(kept);
    }
    const sameKernel = kept.session === model.get("session");
    if ((!sameKernel && untouched) || (sameKernel && kept.revision >= model.get("revision"))) {
      this.adopt(kept);
      if (kept.text.trim()) this.events.restored(kept.at);
      return true;
    }
    // What the kernel had once is not lost: it has moved on since.
    if (!sameKernel || !kept.sent) this.events.found(kept);
    return false;
  }

  adopt(draft: Draft): void {
    this.model.set("versions", draft.versions);
    this.model.set("scenario", draft.scenario);
    replaceText(this.editor, draft.text);
    this.setDismissed(draft.dismissed);
    this.push();
  }

  /** To be called with every update of the editor. */
  edited(update: ViewUpdate): void {
    if (!update.docChanged) return;
    if (this.dismissed.some((entry) => entry.from !== undefined)) {
      this.dismissed = this.dismissed.map((entry) =>
        entry.from === undefined ? entry : { ...entry, from: update.changes.mapPos(entry.from, 1) },
      );
    }
    this.since = this.since.compose(update.changes);
    if (update.transactions.some((transaction) => transaction.annotation(fromModel))) return;
    this.mine = null;
    this.unsent = true;
    this.keepSoon();
    if (this.timers.has("answer")) return;
    // As soon as the editor has taken the change, and before the browser draws it.
    queueMicrotask(() => {
      if (this.unsent && !this.timers.has("answer")) this.send();
    });
  }

  /** Whether an answer is about the text that the kernel has now. */
  holds(revision: number): boolean {
    return !this.rival && revision === this.model.get("revision");
  }

  /** Such an answer has come: send what waits for it, and return what was typed after the text that it is about. */
  answered(): ChangeDesc {
    this.timers.cancel("answer");
    const { since } = this;
    // Before the answer is drawn: the kernel reads in the meantime.
    if (this.unsent) this.send();
    return since;
  }

  setDismissed(dismissed: Dismissed[]): void {
    // Their places are those of the text as it stands here.
    if (this.unsent) this.push();
    this.dismissed = dismissed;
    const always = dismissed.filter(({ scope }) => scope === "always").map(({ cue, text }) => ({ cue, text }));
    writeNeverMarked(always);
    this.model.set("dismissed", dismissed);
    this.model.save_changes();
    this.keep();
    this.events.dismissedChanged();
  }

  /** End a conflict with the text that now stands here. */
  settle(): void {
    this.rival = false;
    this.push();
  }

  /** End a conflict with what the kernel holds. */
  yield(): void {
    this.rival = false;
    this.unsent = false;
    this.take(this.model.get("text"));
    this.keep();
    this.events.answered();
  }

  /** Send the text and keep it, now. */
  push(): void {
    this.send();
    this.keep();
  }

  private send(): void {
    this.unsent = false;
    const text = this.editor.state.doc.toString();
    if (this.rival) return;
    if (text === this.model.get("text")) {
      // Typed and taken back: the last answer holds again. The scenario may still wait.
      this.since = this.none();
      this.model.save_changes();
      this.events.answered();
      return;
    }
    this.since = this.none();
    this.timers.later("answer", ANSWER_WITHIN_MS, () => {
      if (this.unsent) this.send();
    });
    this.sentRevision = this.model.get("revision") + 1;
    // The text comes last: another view of this page hears of it at once.
    this.model.set("writer", this.view);
    this.model.set("revision", this.sentRevision);
    this.model.set("dismissed", this.dismissed);
    this.model.set("text", text);
    this.model.save_changes();
    this.events.sent();
  }

  keep(): void {
    this.timers.cancel("keep");
    if (!this.read) return;
    const text = this.editor.state.doc.toString();
    this.note(
      this.keeper.write({
        text,
        scenario: this.model.get("scenario"),
        dismissed: this.dismissed,
        session: this.model.get("session"),
        revision: this.model.get("revision"),
        sent: text === this.model.get("text"),
      }),
    );
  }

  private readonly keepVersions = (): void => this.note(this.keeper.writeVersions(this.model.get("versions")));

  private note(stored: boolean): void {
    if (this.stored && !stored) this.events.storageFull();
    this.stored = stored;
  }

  private keepSoon(): void {
    if (!this.timers.has("keep")) this.timers.later("keep", KEEP_AFTER_MS, () => this.keep());
  }

  private none(): ChangeSet {
    return ChangeSet.empty(this.editor.state.doc.length);
  }

  private readonly onLeave = (): void => {
    if (this.unsent) this.push();
    else if (this.timers.has("keep")) this.keep();
  };

  private readonly onDismissed = (): void => {
    this.dismissed = this.model.get("dismissed");
    this.events.dismissedChanged();
  };

  private readonly onText = (): void => {
    const { model } = this;
    const theirs = model.get("text");
    const here = this.editor.state.doc.toString();
    const writer = model.get("writer");
    if (theirs === here) this.since = this.none();
    if (theirs === here || writer === this.view) return;
    const dirty = this.unsent || this.rival;
    if (writer && (dirty || model.get("revision") <= this.sentRevision)) {
      this.unsent = false;
      this.rival = true;
      this.keep();
      this.events.rival(theirs);
      return;
    }
    this.unsent = false;
    this.take(theirs);
    if (!writer) return;
    // Key by key from there; what stood here before the first key is what may be missed.
    this.mine ??= here;
    this.events.followed(this.mine);
  };

  private take(text: string): void {
    replaceText(this.editor, text, [fromModel.of(true)]);
    this.since = this.none();
  }

  private addNeverMarked(): void {
    const known = new Set(this.dismissed.map(({ cue, text }) => `${cue} ${text}`));
    const more = readNeverMarked().filter(({ cue, text }) => !known.has(`${cue} ${text}`));
    if (more.length) {
      this.setDismissed([...this.dismissed, ...more.map((entry) => ({ ...entry, scope: "always" as const }))]);
    }
  }
}
