// What the writer does not want marked: a list from which each entry can be taken back.
import { action, h } from "./dom";
import type { Dismissed } from "./types";

export class Dismissals {
  readonly element: HTMLDetailsElement;
  private readonly summary = h("summary", {});
  private readonly list = h("ul", {});
  private readonly note = h(
    "p",
    { class: "fnlp-quiet" },
    "No longer marked. The scores go on reading the whole text.",
  );

  constructor(private readonly markAgain: (entry: Dismissed) => void) {
    this.element = h("details", { class: "fnlp-dismissed", hidden: true }, this.summary, this.note, this.list);
  }

  update(dismissed: Dismissed[], allowed: string[]): void {
    const count = dismissed.length + allowed.length;
    this.element.hidden = !count;
    this.summary.textContent = `Not marked (${count})`;
    this.list.replaceChildren(
      ...dismissed.map((entry) => {
        const button = action("Mark again", () => this.markAgain(entry));
        button.setAttribute("aria-label", `Mark “${entry.text}” again`);
        return h(
          "li",
          {},
          h("span", { class: "fnlp-passage", dir: "auto" }, `“${entry.text}”`),
          h("span", { class: "fnlp-quiet" }, entry.scope === "once" ? "in this place" : "anywhere, from now on"),
          button,
        );
      }),
      ...allowed.map((word) =>
        h(
          "li",
          {},
          h("span", { class: "fnlp-passage", dir: "auto" }, `“${word}”`),
          h("span", { class: "fnlp-quiet" }, "on your group's list"),
        ),
      ),
    );
  }
}
