// All keys and the whole codebook, one key away.
import { action, chip, freshId, h } from "../dom";
import type { Book } from "./types";

const KEYS: [string, string][] = [
  ["0 1 2 3", "answer the question that is picked out"],
  ["q  Shift+q", "next question, last question"],
  ["-", "leave an optional question open"],
  ["arrow keys", "move in the text; with Shift, select; with Ctrl, word by word"],
  [".", "select the sentence, once more the next one"],
  ["a letter", "mark the selected words; the same once more takes it away"],
  ["d", "take away the mark at the cursor"],
  ["z", "take back the last change"],
  ["Enter", "keep and go on"],
  ["Shift+Enter", "back to the text before"],
  ["k", "skip this text for now"],
  ["?", "this page, and back"],
];

export class Help {
  readonly element: HTMLElement;
  private readonly title = h("h3", { tabindex: -1 }, "Keys and codebook");
  private before: HTMLElement | null = null;

  constructor(book: Book, decide: boolean, back: () => void) {
    const keys = [...KEYS];
    const own = book.scales.filter(({ key }) => key);
    keys.splice(2, 0, ...own.map(({ key, title }): [string, string] => [key, `pick out the question ${title}`]));
    if (decide) keys.push(["Alt+1, Alt+2 …", "take over all that rater 1, rater 2 … gave"]);
    const id = freshId("help");
    this.title.id = id;
    this.element = h(
      "section",
      { class: "fnlp-book", "aria-labelledby": id, hidden: true },
      h("header", {}, this.title, h("span", { class: "fnlp-spacer" }), action("Back to the text", back, "fnlp-quiet-button")),
      h("dl", { class: "fnlp-keys" }, ...keys.map(([key, deed]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, deed)))),
      ...book.scales.map((scale) =>
        h("div", { class: "fnlp-entry" }, h("h4", {}, scale.title, " ", h("span", { class: "fnlp-question-ask" }, scale.ask, scale.optional ? " Optional." : "")), h("ul", {}, ...scale.values.map((step) => h("li", {}, h("kbd", {}, String(step.value)), ` ${step.words}: `, h("i", {}, step.example)))), h("p", {}, scale.help)),
      ),
      h("h4", {}, "Marks"),
      h(
        "ul",
        { class: "fnlp-entry" },
        ...book.spans.map((span) =>
          h("li", {}, h("kbd", {}, span.key), " ", chip(span.id, span.family, span.title), ` ${span.what} `, h("span", { class: "fnlp-yes" }, `✓ “${span.yes}”`), span.no ? h("span", { class: "fnlp-no" }, ` ✗ not “${span.no}”`) : null),
        ),
      ),
    );
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  show(open: boolean): void {
    if (open === this.open) return;
    if (open) this.before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.element.hidden = !open;
    if (open) this.title.focus();
  }

  /** Where the keys were before. */
  giveBack(): void {
    this.before?.focus();
  }
}
