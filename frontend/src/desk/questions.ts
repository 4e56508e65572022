// The questions with numbers as answers; the active one is the one that a digit answers.
import { freshId, h } from "../dom";
import type { Book, DeskView, Scale, Send } from "./types";

class Question {
  readonly element: HTMLElement;
  private readonly radios: HTMLInputElement[] = [];
  private readonly reason = h("p", { class: "fnlp-quiet", hidden: true });
  private readonly help: HTMLElement;
  private readonly sign = h("span", { class: "fnlp-hidden" });

  constructor(
    private readonly scale: Scale,
    send: Send,
  ) {
    const name = freshId(scale.id);
    const help = freshId("help");
    this.help = h("p", { class: "fnlp-question-help", id: help }, scale.help);
    const options = scale.values.map((step) => {
      const radio = h("input", { type: "radio", name, value: step.value });
      radio.addEventListener("change", () => send("answer", { value: step.value, scale: scale.id }));
      this.radios.push(radio);
      return h("label", { class: "fnlp-option" }, radio, h("kbd", { "aria-hidden": "true" }, String(step.value)), h("span", {}, h("span", { class: "fnlp-hidden" }, `${step.value}, `), step.words));
    });
    this.element = h(
      "fieldset",
      { class: "fnlp-question", "data-scale": scale.id, "aria-describedby": help },
      h("legend", {}, h("b", {}, scale.title), " ", h("span", { class: "fnlp-question-ask" }, scale.ask), this.sign),
      h("div", { class: "fnlp-options" }, ...options),
      this.reason,
      this.help,
    );
  }

  update(data: DeskView): void {
    const active = data.active === this.scale.id;
    this.element.dataset.active = String(active);
    this.sign.textContent = active ? " – a digit answers this question" : "";
    this.help.hidden = !active;
    const value = data.values[this.scale.id] ?? null;
    this.element.dataset.answered = String(value !== null);
    this.element.dataset.differ = String(data.differing.includes(this.scale.id));
    for (const radio of this.radios) {
      radio.checked = Number(radio.value) === value;
      radio.disabled = Boolean(data.locked[this.scale.id]) && Number(radio.value) !== value;
    }
    this.reason.textContent = data.locked[this.scale.id] ?? "";
    this.reason.hidden = !data.locked[this.scale.id];
  }
}

export class Questions {
  readonly element: HTMLElement;
  private readonly all: Question[];

  constructor(book: Book, send: Send) {
    this.all = book.scales.map((scale) => new Question(scale, send));
    this.element = h("div", { class: "fnlp-questions-side" }, ...this.all.map(({ element }) => element));
  }

  update(data: DeskView): void {
    for (const question of this.all) question.update(data);
  }
}
