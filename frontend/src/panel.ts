// What stands beside the editor: dials, the four parts, advice and the list of marks.
import { action, card, chip, freshId, h, svg } from "./dom";
import type { Advice, Dial, Mark, MarkActions, Part, ReportData } from "./types";

const ARC = "M 10 60 A 46 46 0 0 1 102 60";
const OUTER_ARC = "M 2.5 60 A 53.5 53.5 0 0 1 109.5 60";
const ADVICE_WORDS: Record<string, string> = {
  praise: "Works already",
  remove: "Describe",
  add: "Add",
  vague: "Be specific",
  empty: "Begin",
};

function percent(value: number): number {
  return Math.round(value * 100);
}

class Gauge {
  readonly element: HTMLElement;
  private readonly arc = svg("path", { class: "fnlp-arc", d: ARC, pathLength: 100 });
  private readonly likely = svg("path", { class: "fnlp-likely", d: OUTER_ARC, pathLength: 100 });
  private readonly number = h("span", { class: "fnlp-number" });
  private readonly words = h("span", { class: "fnlp-words" });
  private readonly odds = h("span", { class: "fnlp-hint" });

  constructor(dial: Dial) {
    this.element = h(
      "div",
      {
        class: "fnlp-dial",
        role: "meter",
        "data-dial": dial.id,
        "aria-label": `${dial.title}: ${dial.hint}`,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
      h("span", { class: "fnlp-dial-title" }, dial.title),
      svg(
        "svg",
        { viewBox: "0 0 112 66", "aria-hidden": "true" },
        svg("path", { class: "fnlp-track", d: ARC }),
        this.arc,
        this.likely,
      ),
      this.number,
      this.words,
      h("span", { class: "fnlp-hint" }, dial.hint),
      this.odds,
    );
  }

  update(dial: Dial, unknown: string): void {
    const known = dial.value !== null;
    const value = dial.value === null ? 0 : percent(dial.value);
    this.arc.setAttribute("stroke-dasharray", `${value} 200`);
    this.element.classList.toggle("fnlp-unknown", !known);
    this.element.setAttribute("aria-valuenow", String(value));
    const words = [`${value} of 100`, dial.words, dial.odds].filter(Boolean).join(", ");
    this.element.setAttribute("aria-valuetext", known ? words : "no score yet");
    const [low, high] = (dial.likely ?? [0, 0]).map(percent) as [number, number];
    this.likely.setAttribute("stroke-dasharray", `0 ${low} ${high - low} 200`);
    this.likely.toggleAttribute("hidden", !dial.likely);
    this.number.textContent = known ? String(value) : "–";
    this.words.textContent = known ? dial.words : unknown;
    this.odds.textContent = dial.odds;
  }
}

export interface PanelActions extends MarkActions {
  /** Offer a beginning for a missing part. */
  begin(part: string): void;
  /** Pick the mark out in the text, or none. */
  pick(index: number | null): void;
  /** Show the passage and put the cursor into it. */
  goTo(from: number, to: number): void;
}

export class Panel {
  readonly side: HTMLElement;
  readonly below: HTMLElement;
  private readonly gauges = new Map<string, Gauge>();
  private readonly dials = h("div", { class: "fnlp-dials" });
  private readonly parts = h("ul", { class: "fnlp-parts" });
  private readonly advice = h("ol", { class: "fnlp-advice" });
  private readonly marks = h("ul", { class: "fnlp-marks" });
  private readonly adviceBox: HTMLElement;
  private readonly marksBox: HTMLElement;
  private shownMarks: Mark[] = [];
  private shownAdvice = "";
  private shown = "";

  constructor(private readonly actions: PanelActions) {
    const ids = { parts: freshId("parts"), advice: freshId("advice"), marks: freshId("marks") };
    this.side = h(
      "div",
      { class: "fnlp-side" },
      this.dials,
      h(
        "section",
        { "aria-labelledby": ids.parts },
        h("h3", { id: ids.parts }, "Four parts"),
        this.parts,
      ),
    );
    this.adviceBox = h(
      "section",
      { "aria-labelledby": ids.advice },
      h("h3", { id: ids.advice }, "What to do next"),
      this.advice,
    );
    this.marksBox = h(
      "section",
      { "aria-labelledby": ids.marks },
      h("h3", { id: ids.marks }, "What stands out"),
      this.marks,
    );
    this.below = h("div", { class: "fnlp-below" }, this.adviceBox, this.marksBox);
  }

  update(data: ReportData): void {
    for (const dial of data.dials) {
      let gauge = this.gauges.get(dial.id);
      if (!gauge) {
        gauge = new Gauge(dial);
        this.gauges.set(dial.id, gauge);
        this.dials.append(gauge.element);
      }
      gauge.update(dial, data.status === "ok" ? "not read yet" : "waiting for words");
    }
    this.parts.replaceChildren(...data.parts.map(partItem));
    this.adviceBox.hidden = data.status !== "ok" || !data.advice.length;
    this.marksBox.hidden = data.status !== "ok" || !data.marks.length;
    this.shownMarks = data.marks;
    this.updateAdvice(data.advice);
    this.updateMarks(data.marks);
  }

  // An unchanged list is left alone, so that the keyboard focus stays where it is.
  private updateAdvice(advice: Advice[]): void {
    const now = JSON.stringify(advice);
    if (now === this.shownAdvice) return;
    this.shownAdvice = now;
    this.advice.replaceChildren(...advice.map((item) => this.adviceItem(item)));
  }

  private updateMarks(marks: Mark[]): void {
    const now = JSON.stringify(marks);
    if (now === this.shown) return;
    this.shown = now;
    this.marks.replaceChildren(...marks.map((mark, index) => this.markItem(mark, index)));
  }

  private markItem(mark: Mark, index: number): HTMLElement {
    const details = h(
      "div",
      { class: "fnlp-details", id: freshId("card"), hidden: true },
      card(mark, this.actions),
    );
    const button = h(
      "button",
      { type: "button", "aria-expanded": "false", "aria-controls": details.id },
      chip(mark.cue, mark.family, mark.title),
      h("span", { class: "fnlp-passage", dir: "auto" }, mark.text),
    );
    const show = (open: boolean): void => {
      details.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      this.actions.pick(open ? index : null);
    };
    const item = h("li", {}, button, details);
    button.addEventListener("focus", () => show(true));
    button.addEventListener("click", () => show(true));
    item.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && item.contains(event.relatedTarget))) show(false);
    });
    item.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      button.focus();
      show(false);
    });
    button.addEventListener("mouseenter", () => this.actions.pick(index));
    button.addEventListener("mouseleave", () => {
      if (details.hidden) this.actions.pick(null);
    });
    return item;
  }

  private adviceItem(item: Advice): HTMLElement {
    const { from, to } = item;
    const body = h(
      "div",
      {},
      h("strong", {}, ADVICE_WORDS[item.kind] ?? "Next"),
      h("p", { dir: "auto" }, item.message),
      item.ask ? h("p", { class: "fnlp-ask" }, item.ask) : null,
    );
    if (from !== null && to !== null) {
      const mark = this.shownMarks.find((m) => m.cue === item.cue && m.from === from && m.to === to);
      body.append(
        h(
          "div",
          { class: "fnlp-actions" },
          mark ? action("Offer a beginning", () => this.actions.propose(mark)) : null,
          action("Show in the text", () => this.actions.goTo(from, to), "fnlp-link"),
        ),
      );
    } else if (item.kind === "add") {
      const button = action("Offer a beginning", () => this.actions.begin(item.cue));
      body.append(h("div", { class: "fnlp-actions" }, button));
    }
    return h("li", { "data-kind": item.kind }, body);
  }
}

function partItem(part: Part): HTMLElement {
  return h(
    "li",
    { "data-cue": part.id, "data-found": String(part.found) },
    h("span", { class: "fnlp-tick", role: "img", "aria-label": part.found ? "there" : "missing" }, part.found ? "✓" : ""),
    h("span", { class: "fnlp-line", "data-family": "part", "data-cue": part.id }, part.title),
    h("span", { class: "fnlp-part-ask" }, part.found ? "" : part.ask),
  );
}
