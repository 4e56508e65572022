// A beginning of a better sentence: shown first, put into the text only on request.
import { action, freshId, h } from "./dom";
import type { Proposal } from "./types";

export class Offer {
  readonly element: HTMLElement;
  private readonly text = h("p", { class: "fnlp-offer-text", dir: "auto" });
  private readonly instead = h("p", { class: "fnlp-quiet", dir: "auto" });
  private readonly useButton = action("Use it", () => this.take(), "fnlp-button");
  private proposal: Proposal | null = null;

  constructor(
    private readonly use: (proposal: Proposal) => void,
    private readonly leave: () => void,
  ) {
    const title = freshId("offer");
    this.element = h(
      "section",
      { class: "fnlp-offer", "aria-labelledby": title, hidden: true },
      h("h3", { id: title }, "A beginning from your own words"),
      this.text,
      this.instead,
      h("div", { class: "fnlp-actions" }, this.useButton, action("No, thanks", () => this.dismiss())),
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.dismiss();
    });
  }

  show(proposal: Proposal, replaced: string): void {
    this.proposal = proposal;
    this.text.textContent = proposal.text.trim();
    this.instead.textContent = replaced
      ? `In place of “${replaced.replace(/[.!?]+$/, "")}”. You fill in what stands in [brackets].`
      : "You fill in what stands in [brackets].";
    this.element.hidden = false;
    this.useButton.focus();
  }

  /** The text has changed, so the proposal no longer fits. */
  hide(): void {
    this.proposal = null;
    this.element.hidden = true;
  }

  private take(): void {
    const proposal = this.proposal;
    this.hide();
    if (proposal) this.use(proposal);
  }

  private dismiss(): void {
    this.hide();
    this.leave();
  }
}
