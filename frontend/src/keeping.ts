// The copy of the draft that this tab of the browser keeps: it outlives a reload and the kernel.
import type { Draft, Version } from "./types";

export interface Kept extends Draft {
  /** The editor that it was written in, and the revision it had reached. */
  session: string;
  revision: number;
  /** Whether the kernel had it all. */
  sent: boolean;
  at: string;
}

const PREFIX = "feedback-nlp:";
const ALWAYS = `${PREFIX}never-mark`;
// Versions of a long draft may not fit; the latest ones are the ones that are missed.
const FEW_VERSIONS = 8;

export class Keeper {
  private readonly textKey: string;
  private readonly versionsKey: string;

  constructor(draftKey: string) {
    this.textKey = PREFIX + draftKey;
    this.versionsKey = `${this.textKey}:versions`;
  }

  read(): Kept | null {
    const kept = read<Omit<Kept, "versions">>(sessionStorage, this.textKey);
    if (typeof kept?.text !== "string") return null;
    const versions = read<Version[]>(sessionStorage, this.versionsKey);
    return { ...kept, versions: Array.isArray(versions) ? versions : [] };
  }

  /** Return whether the browser took it. */
  write(kept: Omit<Kept, "versions" | "at">): boolean {
    return write(sessionStorage, this.textKey, { ...kept, at: new Date().toISOString() });
  }

  writeVersions(versions: Version[]): boolean {
    return (
      write(sessionStorage, this.versionsKey, versions) ||
      write(sessionStorage, this.versionsKey, versions.slice(-FEW_VERSIONS))
    );
  }
}

/** Words that are never to be marked hold for later drafts as well, so they outlive the tab. */
export function readNeverMarked(): { cue: string; text: string }[] {
  const list = read<{ cue: string; text: string }[]>(localStorage, ALWAYS);
  return Array.isArray(list) ? list : [];
}

export function writeNeverMarked(list: { cue: string; text: string }[]): boolean {
  return write(localStorage, ALWAYS, list);
}

function read<T>(storage: Storage, key: string): T | null {
  const found = storage.getItem(key);
  if (found === null) return null;
  try {
    return JSON.parse(found) as T;
  } catch {
    // Not ours, or cut off: as good as nothing.
    return null;
  }
}

function write(storage: Storage, key: string, value: unknown): boolean {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // full, or closed by the browser's settings; the caller says so
  }
}
