// What stands beside the editor: dials, the four parts, advice and the list of marks.
import { action, freshId, h, setWords, svg } from "./dom";
import { MarkList, type MarkListActions } from "./mark_list";
import type { Advice, Dial, Mark, Part, Report } from "./types";

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
    setWords(this.number, known ? String(value) : "–");
    setWords(this.words, known ? dial.words : unknown);
    setWords(this.odds, dial.odds);
  }
}

export interface PanelActions extends MarkListActions {
  /** Offer a beginning for a missing part. */
  begin(part: string): void;
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
  private readonly marks: MarkList;
  private readonly adviceBox: HTMLElement;
  private readonly marksBox: HTMLElement;
  private shownMarks: Mark[] = [];
  private shownAdvice = "";
  private shownParts = "";

  constructor(private readonly actions: PanelActions) {
    this.marks = new MarkList(actions);
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
      this.marks.element,
    );
    this.below = h("div", { class: "fnlp-below" }, this.adviceBox, this.marksBox);
  }

  update(data: Report): void {
    for (const dial of data.dials) {
      let gauge = this.gauges.get(dial.id);
      if (!gauge) {
        gauge = new Gauge(dial);
        this.gauges.set(dial.id, gauge);
        this.dials.append(gauge.element);
      }
      gauge.update(dial, data.status === "ok" ? "not read yet" : "waiting for words");
    }
    this.updateParts(data.parts);
    this.adviceBox.hidden = data.status !== "ok" || !data.advice.length;
    this.marksBox.hidden = data.status !== "ok" || !data.marks.length;
    this.shownMarks = data.marks;
    this.updateAdvice(data.advice);
    this.marks.update(data.marks);
  }

  private updateParts(parts: Part[]): void {
    const now = JSON.stringify(parts);
    if (now === this.shownParts) return;
    this.shownParts = now;
    this.parts.replaceChildren(...parts.map(partItem));
  }

  // An unchanged list is left alone, so that the keyboard focus stays where it is.
  private updateAdvice(advice: Advice[]): void {
    const now = JSON.stringify(advice);
    if (now === this.shownAdvice) return;
    this.shownAdvice = now;
    this.advice.replaceChildren(...advice.map((item) => this.adviceItem(item)));
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
