// Lines below the editor: what to know, and what can be taken back.
import { action, h } from "./dom";

export type Choice = [words: string, run: () => void];

/** `reading`: about the text. `draft`: where it comes from. `done`: what just happened. */
type Slot = "reading" | "draft" | "done";

export class Notices {
  readonly element = h("div", { class: "fnlp-notices" });
  private readonly slots = new Map<Slot, HTMLElement>();

  constructor() {
    for (const slot of ["done", "draft", "reading"] as const) {
      const line = h("div", { class: "fnlp-notice", "data-slot": slot, hidden: true });
      this.slots.set(slot, line);
      this.element.append(line);
    }
  }

  show(slot: Slot, words: string, ...choices: Choice[]): void {
    const line = this.slots.get(slot);
    if (!line) return;
    line.hidden = !words;
    if (!choices.length && line.textContent === words && !line.querySelector("button")) return;
    line.replaceChildren(
      h("p", { dir: "auto" }, words),
      ...choices.map(([label, run]) =>
        action(label, () => {
          this.hide(slot);
          run();
        }),
      ),
    );
  }

  hide(slot: Slot): void {
    const line = this.slots.get(slot);
    if (!line) return;
    line.hidden = true;
    line.replaceChildren();
  }
}
