// Marks in the editor: they follow the text through edits until the next report arrives.
import { StateEffect, StateField, type EditorState, type Range } from "@codemirror/state";
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

// Beyond this many, drawing all anew is cheaper than taking out one by one.
const FEW = 50;

class Label extends WidgetType {
  constructor(
    readonly family: string,
    readonly cue: string,
    readonly title: string,
  ) {
    super();
  }

  eq(other: Label): boolean {
    return other.cue === this.cue && other.title === this.title;
  }

  toDOM(): HTMLElement {
    // The words come from CSS, so that the editor's text stays exactly the writer's.
    const label = document.createElement("span");
    label.className = "fnlp-label";
    label.dataset.title = this.title;
    label.dataset.cue = this.cue;
    label.dataset.family = this.family;
    label.setAttribute("aria-hidden", "true");
    return label;
  }

  ignoreEvent(): boolean {
    return false;
  }
}

// One decoration for all marks that look alike: equal ones are then the same object.
const looks = new Map<string, Decoration>();

function shared(key: string, make: () => Decoration): Decoration {
  let decoration = looks.get(key);
  if (!decoration) looks.set(key, (decoration = make()));
  return decoration;
}

function underline({ family, cue }: Mark, picked: boolean): Decoration {
  return shared(`mark ${family} ${cue} ${picked}`, () =>
    Decoration.mark({
      class: picked ? "fnlp-mark fnlp-picked" : "fnlp-mark",
      attributes: { "data-family": family, "data-cue": cue },
    }),
  );
}

function label({ family, cue }: Mark, title: string): Decoration {
  return shared(`label ${family} ${cue} ${title}`, () =>
    Decoration.widget({ widget: new Label(family, cue, title), side: 1 }),
  );
}

/** What the marks look like, in the order of their places. */
function drawn(marks: Mark[], picked: number | null): Range<Decoration>[] {
  const ranges: Range<Decoration>[] = [];
  const titles = new Map<number, Set<string>>();
  for (const { from, title } of marks) titles.set(from, (titles.get(from) ?? new Set()).add(title));
  let free = 0;
  for (const [index, mark] of marks.entries()) {
    ranges.push(underline(mark, index === picked).range(mark.from, mark.to));
    // Labels that would lie on each other are left out; the list names every mark.
    if (mark.from >= free) {
      const title = [...(titles.get(mark.from) ?? [])].join(" · ");
      ranges.push(label(mark, title).range(mark.from));
      free = mark.from + Math.ceil(title.length * LABEL_SHARE + LABEL_AIR);
    }
  }
  return ranges;
}

function listed(decorations: DecorationSet): Range<Decoration>[] {
  const ranges = [];
  for (let at = decorations.iter(); at.value; at.next()) ranges.push(at.value.range(at.from, at.to));
  return ranges;
}

const same = (one: Range<Decoration> | undefined, other: Range<Decoration> | undefined): boolean =>
  one !== undefined && one.value === other?.value && one.from === other.from && one.to === other.to;

/** Bring the decorations to what is `wanted`: an edit changes a few of a thousand. */
function redecorate(decorations: DecorationSet, marks: Mark[], picked: number | null): DecorationSet {
  const wanted = listed(Decoration.set(drawn(marks, picked), true));
  const present = listed(decorations);
  let start = 0;
  while (start < wanted.length && same(wanted[start], present[start])) start += 1;
  let [end, old] = [wanted.length, present.length];
  while (end > start && old > start && same(wanted[end - 1], present[old - 1])) [end, old] = [end - 1, old - 1];
  const gone = present.slice(start, old);
  const add = wanted.slice(start, end);
  if (!gone.length && !add.length) return decorations;
  if (gone.length > FEW) return Decoration.set(wanted);
  if (!gone.length) return decorations.update({ add });
  return decorations.update({
    add,
    filter: (from, to, value) => !gone.some((range) => range.value === value && range.from === from && range.to === to),
    filterFrom: Math.min(...gone.map(({ from }) => from)),
    filterTo: Math.max(...gone.map(({ to }) => to)),
  });
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
        decorations = redecorate(decorations, marks, picked);
      } else if (effect.is(pickMark) && effect.value !== picked) {
        picked = effect.value;
        const alive = marks.map((mark, index) => ({ mark, index })).filter(({ mark }) => mark.from < mark.to);
        decorations = redecorate(
          decorations,
          alive.map(({ mark }) => mark),
          alive.findIndex(({ index }) => index === picked),
        );
      }
    }
    if (marks === state.marks && picked === state.picked && decorations === state.decorations) return state;
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

interface Placed {
  label: HTMLElement;
  shift: string;
  shown: string;
}

/**
 * A label at the end of a line would be cut off, so it hangs from its right end instead; where another one hangs
 * already, it is left out.
 */
export const labelsInside = ViewPlugin.define((view) => {
  const measure = {
    key: "fnlp-labels",
    read: (): Placed[] => {
      const edge = view.contentDOM.getBoundingClientRect().right;
      let before = { top: 0, right: 0 };
      return [...view.contentDOM.querySelectorAll<HTMLElement>(".fnlp-label")].map((label) => {
        const width = (label.dataset.title?.length ?? 0) * LABEL_CHARACTER;
        const { left, top } = label.getBoundingClientRect();
        const shift = Math.min(0, edge - left - width);
        const crowded = shift < 0 && top === before.top && left + shift < before.right;
        if (!crowded) before = { top, right: left + shift + width };
        return { label, shift: `${shift}px`, shown: crowded ? "hidden" : "visible" };
      });
    },
    write: (placed: Placed[]) => {
      for (const { label, shift, shown } of placed) {
        setStyle(label, "--fnlp-shift", shift);
        setStyle(label, "--fnlp-label", shown);
      }
    },
  };
  view.requestMeasure(measure);
  return { update: () => view.requestMeasure(measure) };
});

/** The same value again would make the browser lay the line out anew. */
function setStyle({ style }: HTMLElement, name: string, value: string): void {
  if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
}
