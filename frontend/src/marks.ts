// Marks in the editor: they follow the text through edits until the next report arrives.
import { StateEffect, StateField, type EditorState } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet } from "@codemirror/view";
import type { Mark } from "./types";

export const setMarks = StateEffect.define<Mark[]>();
/** Index of the mark that is picked out, or null. */
export const pickMark = StateEffect.define<number | null>();

interface MarkState {
  marks: Mark[];
  picked: number | null;
  decorations: DecorationSet;
}

// A label takes about this share of a character of the text, plus some air.
const LABEL_SHARE = 0.74;
const LABEL_AIR = 1.5;

class Label extends WidgetType {
  constructor(
    readonly mark: Mark,
    readonly title: string,
  ) {
    super();
  }

  eq(other: Label): boolean {
    return other.mark.cue === this.mark.cue && other.title === this.title;
  }

  toDOM(): HTMLElement {
    // The words come from CSS, so that the editor's text stays exactly the writer's.
    const label = document.createElement("span");
    label.className = "fnlp-label";
    label.dataset.title = this.title;
    label.dataset.cue = this.mark.cue;
    label.dataset.family = this.mark.family;
    label.setAttribute("aria-hidden", "true");
    return label;
  }

  ignoreEvent(): boolean {
    return false;
  }
}

function decorate(marks: Mark[], picked: number | null): DecorationSet {
  const ranges = [];
  let free = 0;
  for (const [index, mark] of marks.entries()) {
    const classes = index === picked ? "fnlp-mark fnlp-picked" : "fnlp-mark";
    ranges.push(
      Decoration.mark({
        class: classes,
        attributes: {
          "data-family": mark.family,
          "data-cue": mark.cue,
        },
      }).range(mark.from, mark.to),
    );
    // Labels that would lie on each other are left out; the list names every mark.
    if (mark.from >= free) {
      const together = marks.filter(({ from }) => from === mark.from).map(({ title }) => title);
      const title = [...new Set(together)].join(" · ");
      ranges.push(Decoration.widget({ widget: new Label(mark, title), side: 1 }).range(mark.from));
      free = mark.from + Math.ceil(title.length * LABEL_SHARE + LABEL_AIR);
    }
  }
  return Decoration.set(ranges, true);
}

export const markField = StateField.define<MarkState>({
  create: () => ({ marks: [], picked: null, decorations: Decoration.none }),
  update(state, transaction) {
    let { marks, picked, decorations } = state;
    if (transaction.docChanged) {
      marks = marks.map((mark) => ({
        ...mark,
        from: transaction.changes.mapPos(mark.from, 1),
        to: transaction.changes.mapPos(mark.to, -1),
      }));
      decorations = decorations.map(transaction.changes);
    }
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) {
        const length = transaction.state.doc.length;
        marks = effect.value.filter((mark) => mark.from < mark.to && mark.to <= length);
        picked = null;
        decorations = decorate(marks, picked);
      } else if (effect.is(pickMark)) {
        picked = effect.value;
        const alive = marks.map((mark, index) => ({ mark, index })).filter(({ mark }) => mark.from < mark.to);
        decorations = decorate(
          alive.map(({ mark }) => mark),
          alive.findIndex(({ index }) => index === picked),
        );
      }
    }
    return { marks, picked, decorations };
  },
  provide: (field) => EditorView.decorations.from(field, (state) => state.decorations),
});

/** The marks at a position, outermost first; `side` says which neighbour is meant at an edge. */
export function marksAt(state: EditorState, position: number, side: number): Mark[] {
  return state.field(markField).marks.filter(
    ({ from, to }) =>
      from < to && from <= position && position <= to && !(position === from && side < 0) && !(position === to && side > 0),
  );
}

// Width of a character of a label, in pixels: what CSS generates cannot be measured.
const LABEL_CHARACTER = 6.6;

/** A label at the end of a line would be cut off, so it hangs from its right end instead. */
export const labelsInside = ViewPlugin.define((view) => {
  const measure = {
    key: "fnlp-labels",
    read: () => {
      const edge = view.contentDOM.getBoundingClientRect().right;
      return [...view.contentDOM.querySelectorAll<HTMLElement>(".fnlp-label")].map((label) => {
        const width = (label.dataset.title?.length ?? 0) * LABEL_CHARACTER;
        return { label, shift: Math.min(0, edge - label.getBoundingClientRect().left - width) };
      });
    },
    write: (labels: { label: HTMLElement; shift: number }[]) => {
      for (const { label, shift } of labels) label.style.setProperty("--fnlp-shift", `${shift}px`);
    },
  };
  view.requestMeasure(measure);
  return { update: () => view.requestMeasure(measure) };
});
