// Where the text comes from, if not from the keys: kept copies, other tabs, versions, a new draft.
import { undo } from "@codemirror/commands";
import type { EditorView } from "@codemirror/view";
import type { AnyModel } from "@anywidget/types";
import type { Announcer } from "./announce";
import { clock } from "./dom";
import type { Kept } from "./keeping";
import type { Choice, Notices } from "./notices";
import { pickPlace } from "./places";
import { replaceText } from "./replace";
import { Rival, RIVAL_WORDS } from "./rival";
import type { Sync } from "./sync";
import type { Dismissed, Draft, Mark, Model, Proposal } from "./types";
import { EXAMPLE } from "./wording";

export class Drafts {
  readonly rival = new Rival(
    () => this.keepMine(),
    () => this.takeTheirs(),
  );

  constructor(
    private readonly model: AnyModel<Model>,
    private readonly view: EditorView,
    /** Made after this; nothing here runs before it is there. */
    private readonly sync: () => Sync,
    private readonly notices: Notices,
    private readonly announcer: Announcer,
  ) {}

  /** Say what just happened, with a way back. */
  tell(words: string, takeBack?: () => void): void {
    const choices = takeBack ? [["Undo", takeBack] as Choice] : [];
    this.notices.show("done", words, ...choices);
    this.announcer.say(words);
  }

  /** Put another text in place of the draft, with a way back. */
  swap(text: string, words: string): void {
    const before = this.text;
    replaceText(this.view, text);
    this.sync().push();
    this.tell(words, () => {
      replaceText(this.view, before);
      this.view.focus();
    });
    this.view.focus();
  }

  startOver(): void {
    const before: Draft = {
      text: this.text,
      versions: this.model.get("versions"),
      scenario: this.model.get("scenario"),
      dismissed: this.sync().dismissed,
    };
    const always = before.dismissed.filter(({ scope }) => scope === "always");
    this.sync().adopt({ text: "", versions: [], scenario: {}, dismissed: always });
    this.notices.hide("draft");
    this.tell("A new draft.", () => this.sync().adopt(before));
    this.view.focus();
  }

  useExample(): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: EXAMPLE },
      selection: { anchor: EXAMPLE.length },
    });
    this.view.focus();
  }

  useProposal(proposal: Proposal): void {
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

  dismiss(mark: Mark, scope: Dismissed["scope"]): void {
    const entry: Dismissed = { cue: mark.cue, text: mark.text, scope };
    if (scope === "once") entry.from = mark.from;
    this.sync().setDismissed([...this.sync().dismissed, entry]);
    this.view.focus();
    const where = scope === "once" ? "here" : "any more";
    this.tell(`“${mark.text}” is not marked ${where}.`, () => this.markAgain(entry));
  }

  markAgain(entry: Dismissed): void {
    const same = ({ cue, text, scope }: Dismissed): boolean =>
      cue === entry.cue && text === entry.text && scope === entry.scope;
    const { dismissed } = this.sync();
    const at = dismissed.findIndex(same);
    this.sync().setDismissed(dismissed.filter((_, index) => index !== at));
    this.tell(`“${entry.text}” is marked again.`);
    this.view.focus();
  }

  showRestored(at: string): void {
    const since = at ? ` from ${clock(at)}` : "";
    this.notices.show("draft", `Your draft${since} is back.`, ["Start a new one", () => this.startOver()]);
    this.announcer.say("Your draft is back.");
  }

  showFound(kept: Kept): void {
    this.notices.show(
      "draft",
      `This browser also holds a draft from ${clock(kept.at)} that the notebook does not know.`,
      ["Bring it back", () => this.swap(kept.text, "The draft from this browser is here.")],
      ["Leave it", () => this.sync().keep()],
    );
  }

  showStorageFull(): void {
    this.notices.show("draft", "The browser's storage is full, so only the notebook keeps this draft.");
  }

  showFollowed(mine: string): void {
    const words = "This draft is being changed in another tab or window.";
    this.notices.show("draft", words, ["Bring back what stood here", () => this.swap(mine, "Your text is back.")]);
    this.announcer.afterPause(words);
  }

  showRival(theirs: string): void {
    this.announcer.say(RIVAL_WORDS);
    this.rival.show(this.text, theirs);
  }

  private takeTheirs(): void {
    const mine = this.text;
    this.sync().yield();
    this.tell("The other text is here.", () => this.swap(mine, "Your text is back."));
    this.view.focus();
  }

  private keepMine(): void {
    this.sync().settle();
    this.view.focus();
  }

  private get text(): string {
    return this.view.state.doc.toString();
  }
}
