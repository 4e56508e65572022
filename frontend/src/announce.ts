// What a screen reader says: politely, and while a person writes at most once per pause.
import { h } from "./dom";
import { Timers } from "./timers";

const PAUSE_MS = 1_200;

export class Announcer {
  readonly element = h("div", { class: "fnlp-hidden", role: "status", "aria-live": "polite" });
  private readonly timers = new Timers();
  private said = "";

  /** A key was pressed: what waits is about a text that is no more. */
  typed(): void {
    this.timers.clear();
  }

  /** Say it when the writer pauses; the latest words win, and nothing is said twice. */
  afterPause(words: string): void {
    this.timers.later("pause", PAUSE_MS, () => {
      if (words !== this.said) this.say(words);
    });
  }

  /** The answer to what the writer has just done. */
  say(words: string): void {
    this.said = words;
    this.element.textContent = words;
  }

  destroy(): void {
    this.timers.clear();
  }
}
