// A text that cannot be changed, cut into nodes where marks begin and end.
import { h } from "../dom";
import type { Book, Given, Marked, SpanLabel } from "./types";

export function spanLabel(book: Book, id: string): SpanLabel | undefined {
  return book.spans.find((span) => span.id === id);
}

/** The text with marks below its words, each with its name in front. */
export function markedText(text: string, spans: Marked[], book: Book): HTMLElement {
  const edges = [...new Set([0, text.length, ...spans.flatMap(({ from, to }) => [from, to])])].sort((a, b) => a - b);
  const pieces = edges.slice(1).map((to, index) => {
    const from = edges[index] ?? 0;
    let node: Node = document.createTextNode(text.slice(from, to));
    const over = spans.filter((span) => span.from <= from && to <= span.to);
    for (const span of [...over].reverse()) {
      const label = spanLabel(book, span.label);
      if (!label) continue;
      const name = span.from === from ? h("span", { class: "fnlp-tag" }, label.title) : null;
      node = h("span", { class: "fnlp-mark", "data-family": label.family, "data-cue": label.id }, name, node as HTMLElement);
    }
    return node;
  });
  return h("p", { class: "fnlp-plain fnlp-marked", dir: "auto" }, ...pieces);
}

/** The answers of several people in a table; rows in which they differ are marked. */
export function answerTable(given: Given[], book: Book, caption: string): HTMLElement {
  const head = h("tr", {}, h("th", { scope: "col" }, "Question"), ...given.map(({ name }) => h("th", { scope: "col", dir: "auto" }, name)));
  const asked = book.scales.filter(({ id, optional }) => !optional || given.some(({ values }) => (values[id] ?? null) !== null));
  const rows = asked.map((scale) => {
    const answers = given.map(({ values }) => values[scale.id] ?? null);
    // Who left an optional question open does not differ from who answered it.
    const differ = new Set(answers.filter((answer) => answer !== null)).size > 1;
    return h(
      "tr",
      { class: differ ? "fnlp-differ" : null },
      h("th", { scope: "row" }, scale.title, differ ? h("span", { class: "fnlp-sign" }, " ≠", h("span", { class: "fnlp-hidden" }, " they differ")) : null),
      ...answers.map((answer) => {
        const words = scale.values.find(({ value }) => value === answer)?.words ?? "";
        return h("td", {}, h("b", {}, answer === null ? "–" : String(answer)), " ", h("span", { class: "fnlp-step" }, words));
      }),
    );
  });
  return h(
    "div",
    // A wide table scrolls; whoever has no mouse must be able to scroll too.
    { class: "fnlp-scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", { class: "fnlp-answers" }, h("caption", { class: "fnlp-hidden" }, caption), h("thead", {}, head), h("tbody", {}, ...rows)),
  );
}

/** Everybody's marks, one text each. */
export function markedTexts(text: string, given: Given[], book: Book): HTMLElement {
  return h(
    "div",
    { class: "fnlp-side-by-side" },
    ...given.map(({ name, spans }) => {
      const none = spans.length ? null : h("p", { class: "fnlp-quiet" }, "No marks.");
      return h("div", { class: "fnlp-one" }, h("h4", { dir: "auto" }, name), markedText(text, spans, book), none);
    }),
  );
}
