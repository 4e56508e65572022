// Sentences that are said in more than one place, or long enough to be in the way.
import type { ReportData } from "./types";

export const EXAMPLE = "You are careless and your slides are a mess.";
export const INVITATION =
  "Write to the person. What did you see, and when? What did it lead to? What could they try next time?";
export const HELP = "Point at a mark or tap it for its card; on the keyboard, F8 goes from card to card.";
export const SILENT =
  "The notebook does not answer. Your text is safe in this browser: choose Run → Run All Cells, and it comes back.";

export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0;
}

/** What a screen reader says of a report. */
export function inWords(data: ReportData): string {
  if (data.status === "error") return data.message;
  if (data.status !== "ok") return "";
  const scores = data.dials.filter((dial) => dial.words).map((dial) => `${dial.title}: ${dial.words}.`);
  const judging = data.marks.filter((mark) => mark.family === "judgmental").length;
  const passages = judging === 1 ? "1 passage may judge." : `${judging} passages may judge.`;
  return [...scores, judging ? passages : "No passage judges.", ...data.warnings].join(" ");
}
