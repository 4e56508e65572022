// The draft as its receiver gets it: no marks, no scores, three questions to reflect on.
import { action, freshId, h } from "./dom";
import type { Scenario } from "./types";

const QUESTIONS = [
  "What would you do first, after reading this?",
  "At which word did you want to defend yourself?",
  "What would you ask the writer?",
];

export class ReaderView {
  readonly element: HTMLElement;
  private readonly title = h("h2", { id: freshId("reader"), tabindex: -1 }, "Read it as the receiver");
  private readonly role = h("p", { class: "fnlp-quiet", dir: "auto" });
  private readonly letter = h("div", { class: "fnlp-letter fnlp-plain", dir: "auto" });
  private readonly notes: HTMLTextAreaElement[] = [];

  constructor(back: () => void) {
    const questions = QUESTIONS.map((question) => {
      const note = h("textarea", { id: freshId("note"), rows: 2, dir: "auto" });
      this.notes.push(note);
      return h("li", {}, h("label", { for: note.id }, question), note);
    });
    this.element = h(
      "div",
      { class: "fnlp-reader", role: "region", "aria-labelledby": this.title.id },
      this.title,
      this.role,
      this.letter,
      h("h3", {}, "Three questions"),
      h("ol", { class: "fnlp-questions" }, ...questions),
      h("p", { class: "fnlp-quiet" }, "Your answers are for you alone: they are not kept and not sent."),
      h("div", { class: "fnlp-actions" }, action("Back to writing", back, "fnlp-button")),
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      back();
    });
  }

  show(text: string, scenario: Scenario): void {
    const who = scenario.who?.trim();
    this.role.textContent = who
      ? `You are ${who}. This message has just come in.`
      : "You are the person that it is for. This message has just come in.";
    this.letter.textContent = text;
    this.title.focus();
  }

  hide(): void {
    this.element.remove();
    for (const note of this.notes) note.value = "";
  }
}
