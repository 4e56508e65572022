// The questions with numbers as answers; the active one is the one that a digit answers.
import { freshId, h } from "../dom";
import type { Book, DeskView, Scale, Send } from "./types";

/** Value of the choice to give no answer. */
const OPEN = "open";

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
      const radio = this.radio(name, String(step.value), () => send("answer", { value: step.value, scale: scale.id }));
      return h("label", { class: "fnlp-option" }, radio, h("kbd", { "aria-hidden": "true" }, String(step.value)), h("span", {}, h("span", { class: "fnlp-hidden" }, `${step.value}, `), step.words));
    });
    if (scale.optional) {
      // A radio button cannot be unchecked, so no answer is a choice of its own.
      const radio = this.radio(name, OPEN, () => send("leave_open", { scale: scale.id }));
      options.push(h("label", { class: "fnlp-option" }, radio, h("kbd", { "aria-hidden": "true" }, "-"), h("span", {}, "left open")));
    }
    const title = [h("b", {}, scale.title), " ", h("span", { class: "fnlp-question-ask" }, scale.ask, scale.optional ? " Optional." : "")];
    if (scale.key) title.push(" ", h("kbd", { "aria-hidden": "true" }, scale.key));
    this.element = h(
      "fieldset",
      { class: "fnlp-question", "data-scale": scale.id, "aria-describedby": help, "aria-keyshortcuts": scale.key || null },
      h("legend", {}, ...title, this.sign),
      h("div", { class: "fnlp-options" }, ...options),
      this.reason,
      this.help,
    );
  }

  private radio(name: string, value: string, choose: () => void): HTMLInputElement {
    const radio = h("input", { type: "radio", name, value });
    radio.addEventListener("change", choose);
    this.radios.push(radio);
    return radio;
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
      radio.checked = radio.value === (value === null ? OPEN : String(value));
      radio.disabled = Boolean(data.locked[this.scale.id]) && !radio.checked;
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
