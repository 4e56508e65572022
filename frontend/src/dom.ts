// Elements are built from nodes, never from markup, so that nobody's text can become code.
import type { Mark, MarkActions } from "./types";

type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string | null | undefined;

const SVG = "http://www.w3.org/2000/svg";

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return fill(document.createElementNS(SVG, tag) as SVGElement, attributes, children);
}

// Every widget of a notebook has a copy of this module, and so a counter of its own.
const copy = Math.random().toString(36).slice(2, 8);
let counter = 0;

/** An id that no other element of the page has. */
export function freshId(name: string): string {
  counter += 1;
  return `fnlp-${name}-${copy}-${counter}`;
}

/** Change the words of an element; the same words again would make the browser lay it out anew. */
export function setWords(element: Element, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}

/** A line sample and the title: told apart without colour. */
export function chip(cue: string, family: string, title: string): HTMLElement {
  return h("span", { class: "fnlp-chip", "data-family": family, "data-cue": cue }, title);
}

/** A button with words on it. */
export function action(words: string, run: () => void, className = "fnlp-small"): HTMLButtonElement {
  const button = h("button", { type: "button", class: className }, words);
  button.addEventListener("click", run);
  return button;
}

/** What a mark says: what it is, why it matters, a question to the writer, and what they can do. */
export function card(mark: Mark, actions: MarkActions): HTMLElement {
  const buttons =
    mark.family === "part"
      ? []
      : [
          action("Offer a beginning", () => actions.propose(mark), "fnlp-small fnlp-first"),
          action("Not here", () => actions.dismiss(mark, "once")),
          action("Never mark these words", () => actions.dismiss(mark, "always")),
        ];
  return h(
    "div",
    { class: "fnlp-card" },
    chip(mark.cue, mark.family, mark.title),
    h("p", { class: "fnlp-why" }, mark.why),
    mark.ask ? h("p", { class: "fnlp-ask" }, mark.ask) : null,
    buttons.length ? h("div", { class: "fnlp-actions" }, ...buttons) : null,
  );
}

/** The time of day of a moment, as the reader writes it. */
export function clock(at: string): string {
  const moment = new Date(at);
  return Number.isNaN(moment.valueOf())
    ? ""
    : moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
