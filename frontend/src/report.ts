// An answer of Python, put on the text as it stands now.
import type { ChangeDesc, Text } from "@codemirror/state";
import type { Mark, Report, ReportData, Words } from "./types";

/** `since`: what was typed after the text that the answer is about. */
export function onText(data: ReportData, legend: Words[], since: ChangeDesc, now: Text): Report {
  if (data.length !== since.length) return { ...data, marks: [] };
  const marks: Mark[] = [];
  for (const [entry, from, to] of data.marks) {
    const words = legend[entry];
    const place = moved(from, to, since);
    if (words && place) marks.push({ ...words, ...place, entry, text: now.sliceString(place.from, place.to) });
  }
  const advice = data.advice.map((item) => {
    if (item.from === null || item.to === null) return item;
    return { ...item, ...(moved(item.from, item.to, since) ?? { from: null, to: null }) };
  });
  return { ...data, marks, advice };
}

function moved(from: number, to: number, since: ChangeDesc): { from: number; to: number } | null {
  const place = { from: since.mapPos(from, 1), to: since.mapPos(to, -1) };
  return place.from < place.to ? place : null;
}
