// What Python sends as `report_data`; offsets are UTF-16 units.

export interface Mark {
  cue: string;
  family: "judgmental" | "part" | "vague";
  title: string;
  text: string;
  from: number;
  to: number;
  why: string;
  ask: string;
}

export interface Dial {
  id: string;
  title: string;
  hint: string;
  value: number | null;
  words: string;
}

export interface Part {
  id: string;
  title: string;
  ask: string;
  found: boolean;
}

export interface Advice {
  kind: string;
  message: string;
  ask: string;
  from: number | null;
  to: number | null;
}

export interface ReportData {
  revision: number;
  length: number;
  status: "ok" | "empty" | "error";
  message: string;
  dials: Dial[];
  parts: Part[];
  marks: Mark[];
  advice: Advice[];
  warnings: string[];
}

export interface Model {
  text: string;
  revision: number;
  report_data: ReportData;
}
