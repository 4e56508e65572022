// Who it is for, about what, and to what end: kept with the draft, used in proposals, never scored.
import { freshId, h } from "./dom";
import type { Scenario } from "./types";

const FIELDS: [key: keyof Scenario, label: string, example: string][] = [
  ["who", "Who is it for?", "Sam, who joined in May"],
  ["about", "What is it about?", "the demo on Tuesday"],
  ["goal", "What should they be able to do?", "present without notes"],
];

export class ScenarioPanel {
  readonly element: HTMLDetailsElement;
  private readonly summary = h("span", { class: "fnlp-scenario-words", dir: "auto" });
  private readonly inputs = new Map<keyof Scenario, HTMLInputElement>();

  constructor(changed: (scenario: Scenario) => void) {
    const rows = FIELDS.map(([key, label, example]) => {
      const input = h("input", {
        type: "text",
        id: freshId(key),
        dir: "auto",
        autocomplete: "off",
        maxlength: 200,
        placeholder: `e.g. ${example}`,
        "data-field": key,
      });
      input.addEventListener("input", () => {
        this.summarise();
        changed(this.value);
      });
      this.inputs.set(key, input);
      return h("div", { class: "fnlp-field" }, h("label", { for: input.id }, label), input);
    });
    this.element = h(
      "details",
      { class: "fnlp-scenario" },
      h("summary", {}, h("span", { class: "fnlp-summary-title" }, "Your scenario"), this.summary),
      h(
        "div",
        { class: "fnlp-scenario-body" },
        h("p", { class: "fnlp-quiet" }, "Kept with your draft and used when you ask for a beginning. It is never scored."),
        h("div", { class: "fnlp-fields" }, ...rows),
      ),
    );
    this.summarise();
  }

  get value(): Scenario {
    const entries = [...this.inputs].map(([key, input]) => [key, input.value] as const);
    return Object.fromEntries(entries.filter(([, value]) => value.trim()));
  }

  show(scenario: Scenario): void {
    for (const [key, input] of this.inputs) {
      const value = scenario[key] ?? "";
      // The field that is being typed in is ahead of what comes back.
      if (input.value !== value && document.activeElement !== input) input.value = value;
    }
    this.summarise();
  }

  private summarise(): void {
    const { who, about, goal } = this.value;
    const words = [who && `for ${who}`, about && `about ${about}`, goal && `so that they can ${goal}`];
    this.summary.textContent = words.filter(Boolean).join(" · ") || "who is it for, about what, to what end?";
  }
}
