// Elements are built from nodes, never from markup, so that nobody's text can become code.

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

let counter = 0;

/** An id that no other element of the page has. */
export function freshId(name: string): string {
  counter += 1;
  return `fnlp-${name}-${counter}`;
}

/** A line sample and the title: told apart without colour. */
export function chip(cue: string, family: string, title: string): HTMLElement {
  return h("span", { class: "fnlp-chip", "data-family": family, "data-cue": cue }, title);
}

/** What a mark says: what it is, why it matters, and a question to the writer. */
export function card(mark: { cue: string; family: string; title: string; why: string; ask: string }) {
  return h(
    "div",
    { class: "fnlp-card" },
    chip(mark.cue, mark.family, mark.title),
    h("p", { class: "fnlp-why" }, mark.why),
    mark.ask ? h("p", { class: "fnlp-ask" }, mark.ask) : null,
  );
}
