// Two states of the draft side by side; what differs is struck out or underlined as well as tinted.
import { presentableDiff } from "@codemirror/merge";
import { h } from "./dom";
import { SCAN_LIMIT } from "./replace";

export interface Side {
  title: string;
  text: string;
  note: string;
}

export function comparison(before: Side, after: Side): HTMLElement {
  const left: Node[] = [];
  const right: Node[] = [];
  let [a, b] = [0, 0];
  for (const { fromA, toA, fromB, toB } of presentableDiff(before.text, after.text, { scanLimit: SCAN_LIMIT })) {
    left.push(new Text(before.text.slice(a, fromA)));
    right.push(new Text(after.text.slice(b, fromB)));
    if (fromA < toA) left.push(h("del", {}, before.text.slice(fromA, toA)));
    if (fromB < toB) right.push(h("ins", {}, after.text.slice(fromB, toB)));
    [a, b] = [toA, toB];
  }
  left.push(new Text(before.text.slice(a)));
  right.push(new Text(after.text.slice(b)));
  return h("div", { class: "fnlp-compare" }, column(before, left), column(after, right));
}

function column(side: Side, content: Node[]): HTMLElement {
  return h(
    "div",
    { class: "fnlp-side-text" },
    h("h4", {}, side.title),
    h("p", { class: "fnlp-side-note" }, side.note),
    h("p", { class: "fnlp-plain", dir: "auto" }, ...content),
  );
}
