// Where the rooms of the editor lie on the page.
import { freshId, h } from "./dom";

export interface Rooms {
  header: HTMLElement[];
  scenario: HTMLElement;
  write: HTMLElement[];
  side: HTMLElement;
  below: HTMLElement[];
  end: HTMLElement[];
  /** What stays when the writing view is put away. */
  beside: HTMLElement[];
}

export function page(rooms: Rooms): HTMLElement {
  const title = freshId("title");
  return h(
    "section",
    // JupyterLab would take the keys for its own shortcuts.
    { class: "fnlp-coach", "aria-labelledby": title, "data-lm-suppress-shortcuts": "true" },
    h(
      "div",
      { class: "fnlp-writing" },
      h(
        "header",
        {},
        h("h2", { id: title }, "Your feedback"),
        h("span", { class: "fnlp-spacer" }),
        ...rooms.header,
      ),
      rooms.scenario,
      h("div", { class: "fnlp-main" }, h("div", { class: "fnlp-write" }, ...rooms.write), rooms.side),
      ...rooms.below,
      h("div", { class: "fnlp-end" }, ...rooms.end),
    ),
    ...rooms.beside,
  );
}
