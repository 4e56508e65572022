// Two tabs wrote at the same time: both texts are shown, and the writer says which one stays.
import { comparison } from "./compare";
import { action, h } from "./dom";

export const RIVAL_WORDS =
  "This draft was changed in another tab or window at the same time. Which text should stay?";

export class Rival {
  readonly element = h("div", { class: "fnlp-rival", hidden: true });

  constructor(
    private readonly keep: () => void,
    private readonly take: () => void,
  ) {}

  show(here: string, theirs: string): void {
    const choose = (run: () => void) => () => {
      this.element.hidden = true;
      run();
    };
    this.element.hidden = false;
    this.element.replaceChildren(
      h("p", {}, RIVAL_WORDS),
      comparison({ title: "Here", text: here, note: "" }, { title: "In the other one", text: theirs, note: "" }),
      h(
        "div",
        { class: "fnlp-actions" },
        action("Keep the text here", choose(this.keep), "fnlp-small fnlp-first"),
        action("Take the other one", choose(this.take)),
      ),
    );
  }
}
