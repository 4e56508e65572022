// What words can be marked as, with the letter that does it, and the marks that are there.
import { action, chip, freshId, h } from "../dom";
import { spanLabel } from "./marked";
import type { Book, DeskView, Marked, SpanLabel } from "./types";

const HOW = "Select words (Shift and arrow keys, a full stop for a sentence, or the mouse), then press a letter.";

export interface PaletteActions {
  mark(label: SpanLabel): void;
  show(mark: Marked): void;
  remove(mark: Marked): void;
  /** The mark that had the focus is gone. */
  lost(): void;
}

export class Palette {
  readonly element: HTMLElement;
  readonly how = freshId("how");
  private readonly meaning = h("p", { class: "fnlp-meaning", id: this.how }, HOW);
  private readonly list = h("ul", { class: "fnlp-marks-made" });
  private readonly title = h("h3", {}, "Marks");
  private made = "";

  constructor(
    private readonly book: Book,
    private readonly actions: PaletteActions,
  ) {
    const row = (family: SpanLabel["family"], name: string) =>
      h("div", { class: "fnlp-palette", role: "group", "aria-label": name }, h("span", { class: "fnlp-palette-name", "aria-hidden": "true" }, name), ...book.spans.filter((span) => span.family === family).map((span) => this.button(span)));
    this.element = h("div", {}, row("part", "Parts"), row("judgmental", "Judging"), this.meaning, this.title, this.list);
  }

  private button(span: SpanLabel): HTMLElement {
    const button = action("", () => this.actions.mark(span), "fnlp-small");
    button.append(h("kbd", {}, span.key), " ", chip(span.id, span.family, span.title));
    button.setAttribute("aria-keyshortcuts", span.key);
    const explain = (): void => this.explain(span);
    button.addEventListener("focus", explain);
    button.addEventListener("mouseenter", explain);
    button.addEventListener("mouseleave", () => this.explain(null));
    button.addEventListener("blur", () => this.explain(null));
    return button;
  }

  private explain(span: SpanLabel | null): void {
    if (!span) {
      this.meaning.replaceChildren(HOW);
      return;
    }
    this.meaning.replaceChildren(h("b", {}, `${span.title}: `), span.what, " ", h("span", { class: "fnlp-yes" }, `✓ “${span.yes}”`), span.no ? h("span", { class: "fnlp-no" }, ` ✗ not “${span.no}”`) : "");
  }

  update(data: DeskView): void {
    const made = JSON.stringify([data.id, data.spans]);
    // Left alone while nothing changes, so that the focus stays where it is.
    if (made === this.made) return;
    this.made = made;
    const focused = this.list.contains(document.activeElement);
    this.title.hidden = data.spans.length === 0;
    this.list.replaceChildren(
      ...data.spans.map((mark) => {
        const label = spanLabel(this.book, mark.label);
        const words = data.text.slice(mark.from, mark.to);
        const show = action("", () => this.actions.show(mark), "fnlp-made");
        show.append(chip(mark.label, label?.family ?? "", label?.title ?? mark.label), h("span", { class: "fnlp-passage", dir: "auto" }, words));
        const remove = action("Take away", () => this.actions.remove(mark));
        remove.setAttribute("aria-label", `Take away ${label?.title ?? mark.label}: ${words}`);
        return h("li", {}, show, remove);
      }),
    );
    if (focused) this.actions.lost();
  }
}
