// The draft over time: a line of points, each a version that can be compared and brought back.
import { comparison } from "./compare";
import { action, clock, freshId, h, svg } from "./dom";
import type { Version } from "./types";

const HEIGHT = 56;
const STEP = 28;

export interface VersionActions {
  text(): string;
  scores(): { actionability: number | null; judgmental: number | null };
  restore(version: Version, index: number): void;
}

function percent(value: number): number {
  return Math.round(100 * value);
}

function scoreWords(scores: { actionability: number | null; judgmental: number | null }): string {
  if (scores.actionability === null || scores.judgmental === null) return "no score yet";
  return `actionable ${percent(scores.actionability)}, judging ${percent(scores.judgmental)}`;
}

export class Versions {
  readonly element: HTMLElement;
  private readonly line = h("div", { class: "fnlp-line-of-versions" });
  private readonly detail = h("div", { class: "fnlp-version", id: freshId("version"), hidden: true });
  private versions: Version[] = [];
  private open: number | null = null;
  private current = 0;

  constructor(private readonly actions: VersionActions) {
    const title = freshId("versions");
    this.element = h(
      "section",
      { class: "fnlp-versions", "aria-labelledby": title, hidden: true },
      h("h3", { id: title }, "How your draft grew"),
      h(
        "p",
        { class: "fnlp-key", "aria-hidden": "true" },
        h("span", { class: "fnlp-key-line", "data-score": "actionability" }, "actionable"),
        h("span", { class: "fnlp-key-line", "data-score": "judgmental" }, "judging"),
        h("span", {}, "Choose a point to compare it with the draft, or to bring it back."),
      ),
      this.line,
      this.detail,
    );
    this.element.addEventListener("keydown", (event) => this.onKey(event));
  }

  update(versions: Version[]): void {
    this.versions = versions;
    this.element.hidden = versions.length < 1;
    if (this.open !== null && this.open >= versions.length) this.close();
    const focused = this.line.contains(document.activeElement);
    this.current = focused ? Math.min(this.current, versions.length - 1) : versions.length - 1;
    this.line.replaceChildren(this.chart(), ...versions.map((version, index) => this.point(version, index)));
    if (focused) this.button(this.current)?.focus();
  }

  /** The draft has changed: an open comparison follows it. */
  refresh(): void {
    if (this.open !== null) this.show(this.open);
  }

  private chart(): SVGElement {
    const width = STEP * this.versions.length;
    const points = (score: "actionability" | "judgmental"): string =>
      this.versions.map((version, index) => `${STEP * (index + 0.5)},${height(version[score])}`).join(" ");
    const dots = (score: "actionability" | "judgmental"): SVGElement[] =>
      this.versions.map((version, index) => {
        const [x, y] = [STEP * (index + 0.5), height(version[score])];
        // Round and square, so that the lines are told apart without colour.
        return score === "actionability"
          ? svg("circle", { cx: x, cy: y, r: 3.5, "data-score": score })
          : svg("rect", { x: x - 3, y: y - 3, width: 6, height: 6, "data-score": score });
      });
    return svg(
      "svg",
      { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
      svg("polyline", { points: points("judgmental"), "data-score": "judgmental" }),
      svg("polyline", { points: points("actionability"), "data-score": "actionability" }),
      ...dots("judgmental"),
      ...dots("actionability"),
    );
  }

  private point(version: Version, index: number): HTMLElement {
    const name = `Version ${index + 1} of ${this.versions.length}, ${clock(version.at)}: ${scoreWords(version)}`;
    const button = h("button", {
      type: "button",
      class: "fnlp-point",
      "aria-label": name,
      title: name,
      "aria-expanded": String(this.open === index),
      "aria-controls": this.detail.id,
      tabindex: index === this.current ? 0 : -1,
    });
    // However the focus came here, the arrow keys go on from this point.
    button.addEventListener("focus", () => {
      this.current = index;
    });
    button.addEventListener("click", () => {
      if (this.open === index) this.close();
      else this.show(index);
    });
    return button;
  }

  private button(index: number): HTMLButtonElement | undefined {
    return this.line.querySelectorAll("button")[index];
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.open !== null) {
      const index = this.open;
      this.close();
      this.button(index)?.focus();
      return;
    }
    if (!this.line.contains(event.target as Node)) return;
    const last = this.versions.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: this.current - 1,
      ArrowRight: this.current + 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.current = Math.max(0, Math.min(last, next));
    this.line.querySelectorAll("button").forEach((button, index) => {
      button.tabIndex = index === this.current ? 0 : -1;
    });
    this.button(this.current)?.focus();
  }

  private show(index: number): void {
    const version = this.versions[index];
    if (!version) return;
    this.open = index;
    this.detail.hidden = false;
    const text = this.actions.text();
    this.detail.replaceChildren(
      comparison(
        { title: `Version ${index + 1}, ${clock(version.at)}`, text: version.text, note: scoreWords(version) },
        { title: "The draft now", text, note: scoreWords(this.actions.scores()) },
      ),
      h(
        "div",
        { class: "fnlp-actions" },
        version.text === text
          ? h("span", { class: "fnlp-quiet" }, "This is the draft as it is now.")
          : action("Bring this version back", () => {
              this.close();
              this.actions.restore(version, index);
            }, "fnlp-small fnlp-first"),
        action("Close", () => {
          this.close();
          this.button(index)?.focus();
        }),
      ),
    );
    this.markOpen();
  }

  private close(): void {
    this.open = null;
    this.detail.hidden = true;
    this.detail.replaceChildren();
    this.markOpen();
  }

  private markOpen(): void {
    this.line.querySelectorAll("button").forEach((button, index) => {
      button.setAttribute("aria-expanded", String(index === this.open));
    });
  }
}

function height(value: number): number {
  return Math.round((HEIGHT - 10) * (1 - value) + 5);
}
