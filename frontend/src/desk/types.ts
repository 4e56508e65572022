// What crosses from Python to the desk; offsets are UTF-16 units.

export interface Step {
  value: number;
  words: string;
  example: string;
}

export interface Scale {
  id: string;
  title: string;
  ask: string;
  help: string;
  values: Step[];
  /** Labels are whole without an answer. */
  optional: boolean;
  /** The letter that picks it out; empty if it has none. */
  key: string;
}

export interface SpanLabel {
  id: string;
  title: string;
  family: "part" | "judgmental";
  key: string;
  what: string;
  yes: string;
  no: string;
}

export interface Book {
  scales: Scale[];
  spans: SpanLabel[];
}

export interface Marked {
  label: string;
  from: number;
  to: number;
}

/** What one person gave to a text. */
export interface Given {
  name: string;
  values: Record<string, number | null>;
  spans: Marked[];
}

export interface DeskView {
  page: "text" | "done" | "nothing";
  role: "rater" | "decision";
  rater: string;
  total: number;
  counts: { labelled: number; skipped: number; open: number };
  notice: string;
  /** Token of the message that this answers. */
  answered?: string | null;
  id: string;
  text: string;
  number: number;
  state: "labelled" | "skipped" | "open";
  values: Record<string, number | null>;
  spans: Marked[];
  active: string;
  locked: Record<string, string>;
  problems: string[];
  can_undo: boolean;
  given: Given[];
  differing: string[];
}

export interface Row {
  id: string;
  text: string;
  distance: number;
  by_label: Record<string, number>;
  given: Given[];
}

export interface BrowserView {
  label: string;
  labels: string[];
  start: number;
  size: number;
  total: number;
  rows: Row[];
  notice: string;
}

export interface Model {
  kind: "desk" | "browser";
  book: Book;
  view: DeskView | BrowserView;
}

export type Send = (kind: string, content?: Record<string, unknown>) => void;
