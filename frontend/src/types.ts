// What crosses from Python; offsets are UTF-16 units.

/** What marks of one kind say; sent once, however many marks there are. */
export interface Words {
  cue: string;
  family: "judgmental" | "part" | "vague";
  title: string;
  why: string;
  ask: string;
}

/** A mark as it is sent: the number of its entry in the legend, and its place. */
export type SentMark = [entry: number, from: number, to: number];

export interface Mark extends Words {
  entry: number;
  text: string;
  from: number;
  to: number;
}

export interface Dial {
  id: string;
  title: string;
  hint: string;
  value: number | null;
  likely: [number, number] | null;
  words: string;
  odds: string;
}

export interface Part {
  id: string;
  title: string;
  ask: string;
  found: boolean;
}

export interface Advice {
  kind: string;
  cue: string;
  message: string;
  ask: string;
  from: number | null;
  to: number | null;
}

/** An answer as it is sent. */
export interface ReportData {
  revision: number;
  length: number;
  status: "ok" | "empty" | "error";
  message: string;
  dials: Dial[];
  parts: Part[];
  marks: SentMark[];
  advice: Advice[];
  warnings: string[];
  dismissed: number;
}

/** An answer as it is shown: on the text as it stands now. */
export interface Report extends Omit<ReportData, "marks"> {
  marks: Mark[];
}

/** An earlier state of the draft. */
export interface Version {
  text: string;
  actionability: number;
  judgmental: number;
  at: string;
}

/** `from` is where the mark that is dismissed once begins. */
export interface Dismissed {
  cue: string;
  text: string;
  scope: "once" | "always";
  from?: number;
}

export interface Scenario {
  who?: string;
  about?: string;
  goal?: string;
}

/** All that a person made. */
export interface Draft {
  text: string;
  versions: Version[];
  scenario: Scenario;
  dismissed: Dismissed[];
}

export interface Model extends Draft {
  revision: number;
  report_data: ReportData;
  legend: Words[];
  name: string;
  can_send: boolean;
  allowed: string[];
  /** The text that the notebook gave. */
  beginning: string;
  draft_key: string;
  session: string;
  /** The view whose text this is; empty for Python. */
  writer: string;
}

/** What a person can do with a mark. */
export interface MarkActions {
  propose(mark: Mark): void;
  dismiss(mark: Mark, scope: Dismissed["scope"]): void;
}

export interface Proposal {
  kind: "proposal";
  revision: number;
  from: number;
  to: number;
  text: string;
}

/** What Python answers to a question of the editor. */
export type Answer =
  | Proposal
  | ({ kind: "kept" } & Draft)
  | { kind: "file"; name: string }
  | { kind: "failed"; message: string }
  | { kind: "sent" };
