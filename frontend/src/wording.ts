// Sentences that are said in more than one place, or long enough to be in the way.
import type { Text } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";
import type { Report } from "./types";

export const EXAMPLE = "You are careless and your slides are a mess.";
export const INVITATION =
  "Write to the person. What did you see, and when? What did it lead to? What could they try next time?";
export const HELP = "Point at a mark or tap it for its card; on the keyboard, F8 goes from card to card.";
export const SILENT =
  "The notebook does not answer. Your text is safe in this browser: choose Run → Run All Cells, and it comes back.";

export const KEEPING =
  "Kept while this browser tab or its notebook is open. When both are closed, it is gone: save or copy what you want to keep.";

export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0;
}

/** How many words an edit added: no word crosses a line break, so only the lines it touched count. */
export function wordsAdded({ startState, state, changes }: ViewUpdate): number {
  let before = { from: startState.doc.length, to: 0 };
  let after = { from: state.doc.length, to: 0 };
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    before = { from: Math.min(before.from, fromA), to: Math.max(before.to, toA) };
    after = { from: Math.min(after.from, fromB), to: Math.max(after.to, toB) };
  });
  const words = (doc: Text, { from, to }: typeof before): number =>
    wordCount(doc.sliceString(doc.lineAt(from).from, doc.lineAt(to).to));
  return words(state.doc, after) - words(startState.doc, before);
}

/** What a screen reader says of a report. */
export function inWords(data: Report): string {
  if (data.status === "error") return data.message;
  if (data.status !== "ok") return "";
  const scores = data.dials.filter((dial) => dial.words).map((dial) => `${dial.title}: ${dial.words}.`);
  const judging = data.marks.filter((mark) => mark.family === "judgmental").length;
  const passages = judging === 1 ? "1 passage may judge." : `${judging} passages may judge.`;
  return [...scores, judging ? passages : "No passage judges.", ...data.warnings].join(" ");
}
