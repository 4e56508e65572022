// The list of all marks: what a person has open or focused stays, whatever is typed elsewhere.
import { card, chip, freshId, h } from "./dom";
import type { Mark, MarkActions } from "./types";

export interface MarkListActions extends MarkActions {
  /** Pick the mark out in the text, or none. */
  pick(index: number | null): void;
}

export class MarkList {
  readonly element = h("ul", { class: "fnlp-marks" });
  private items: Item[] = [];

  constructor(private readonly actions: MarkListActions) {}

  update(marks: Mark[]): void {
    const { items } = this;
    // An edit changes a few of a thousand: what stands before and after them stays in the page.
    let start = 0;
    while (start < marks.length && items[start]?.shows(marks[start])) start += 1;
    let [end, old] = [marks.length, items.length];
    while (end > start && old > start && items[old - 1]?.shows(marks[end - 1])) [end, old] = [end - 1, old - 1];
    const fresh = marks.slice(start, end).map((mark) => new Item(mark, this.actions));
    const gone = items.splice(start, old - start, ...fresh);
    const next = items[start + fresh.length]?.element ?? null;
    for (const { element } of gone) element.remove();
    const added = document.createDocumentFragment();
    added.append(...fresh.map(({ element }) => element));
    this.element.insertBefore(added, next);
    for (const [index, mark] of marks.entries()) items[index]?.stand(mark, index);
  }
}

class Item {
  readonly element: HTMLElement;
  private readonly details = h("div", { class: "fnlp-details", id: freshId("card"), hidden: true });
  private readonly button: HTMLButtonElement;
  private index = 0;

  constructor(
    private mark: Mark,
    private readonly actions: MarkListActions,
  ) {
    const { details } = this;
    const button = h(
      "button",
      { type: "button", "aria-expanded": "false", "aria-controls": details.id },
      chip(mark.cue, mark.family, mark.title),
      h("span", { class: "fnlp-passage", dir: "auto" }, mark.text),
    );
    this.button = button;
    this.element = h("li", {}, button, details);
    button.addEventListener("focus", () => this.show(true));
    button.addEventListener("click", () => this.show(true));
    this.element.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && this.element.contains(event.relatedTarget))) this.show(false);
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      button.focus();
      this.show(false);
    });
    button.addEventListener("mouseenter", () => this.actions.pick(this.index));
    button.addEventListener("mouseleave", () => {
      if (details.hidden) this.actions.pick(null);
    });
  }

  /** Whether it would look the same for `mark`, wherever that stands. */
  shows(mark: Mark | undefined): boolean {
    return mark?.entry === this.mark.entry && mark.text === this.mark.text;
  }

  /** Take note of where its mark now stands. */
  stand(mark: Mark, index: number): void {
    this.mark = mark;
    this.index = index;
  }

  private show(open: boolean): void {
    // Made when it is first opened; most cards never are.
    if (open && !this.details.firstChild) {
      this.details.append(
        card(this.mark, {
          propose: () => this.actions.propose(this.mark),
          dismiss: (_, scope) => this.actions.dismiss(this.mark, scope),
        }),
      );
    }
    this.details.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    this.actions.pick(open ? this.index : null);
  }
}
