// The browser of differences: texts on which raters differ, everybody's labels side by side.
import type { AnyModel } from "@anywidget/types";
import { action, freshId, h } from "../dom";
import { answerTable, markedTexts } from "./marked";
import type { Book, BrowserView, Model, Row } from "./types";

export class Browser {
  private readonly root: HTMLElement;
  private readonly book: Book;
  private readonly rows = h("ol", { class: "fnlp-differences" });
  private readonly choice = h("select", { id: freshId("label") });
  private readonly where = h("p", { class: "fnlp-quiet", role: "status" });
  private readonly foot: HTMLElement;
  private readonly title = h("h2", { id: freshId("title"), tabindex: -1 }, "Where raters differ");
  private readonly before = action("Before", () => this.turn(-1), "fnlp-quiet-button");
  private readonly after = action("Next", () => this.turn(1), "fnlp-quiet-button");

  constructor(
    private readonly model: AnyModel<Model>,
    parent: HTMLElement,
  ) {
    this.book = model.get("book");
    const option = (id: string, title: string) => h("option", { value: id }, title);
    this.choice.append(
      option("", "all labels together"),
      ...this.data.labels.map((id) => option(id, this.name(id))),
    );
    this.choice.addEventListener("change", () => this.look(this.choice.value, 0));
    this.foot = h("div", { class: "fnlp-toolbar fnlp-desk-foot" }, this.before, this.after);
    this.root = h(
      "section",
      { class: "fnlp-coach fnlp-desk", "aria-labelledby": this.title.id, "data-lm-suppress-shortcuts": "true" },
      h("header", {}, this.title, h("span", { class: "fnlp-spacer" }), h("label", { for: this.choice.id }, "Widest difference in"), this.choice),
      this.where,
      this.rows,
      this.foot,
    );
    parent.append(this.root);
    model.on("change:view", this.update);
    this.update();
  }

  private get data(): BrowserView {
    return this.model.get("view") as BrowserView;
  }

  private name(id: string): string {
    return [...this.book.scales, ...this.book.spans].find((entry) => entry.id === id)?.title ?? id;
  }

  private look(label: string, start: number): void {
    this.model.send({ kind: "look", label, start });
  }

  private turn(step: number): void {
    this.look(this.data.label, this.data.start + step * this.data.size);
    // The page that comes begins at its top.
    this.title.focus();
  }

  private readonly update = (): void => {
    const { label, start, size, total, rows, notice } = this.data;
    this.choice.value = label;
    const last = Math.min(start + size, total);
    this.where.textContent = notice || (total ? `Texts ${start + 1} to ${last} of ${total}, the widest difference first.` : "The raters do not differ here.");
    this.rows.start = start + 1;
    this.rows.replaceChildren(...rows.map((row) => this.row(row, label)));
    this.before.disabled = start === 0;
    this.after.disabled = last >= total;
    this.foot.hidden = total <= size;
  };

  private row(row: Row, label: string): HTMLElement {
    const distance = label ? (row.by_label[label] ?? 0) : row.distance;
    const percent = Math.round(100 * distance);
    return h(
      "li",
      { class: "fnlp-difference" },
      h("div", { class: "fnlp-difference-head" }, h("h3", { dir: "auto" }, row.id), h("span", { class: "fnlp-apart" }, `${percent} % apart`), h("meter", { min: 0, max: 100, value: percent, "aria-label": `How far apart: ${percent} %` })),
      answerTable(row.given, this.book, `Answers for ${row.id}`),
      markedTexts(row.text, row.given, this.book),
    );
  }

  destroy(): void {
    this.model.off("change:view", this.update);
    this.root.remove();
  }
}
