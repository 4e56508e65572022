// Places to fill in, as [which meeting?]: set apart, picked by a click, reached by Tab.
import { type EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  keymap,
  type DecorationSet,
  type ViewUpdate,
} from "@codemirror/view";

// As in scaffold.py, which blanks them before it reads.
const PLACE = /\[[^[\]\n]{1,60}\?\]/g;

interface Place {
  from: number;
  to: number;
}

export function places(text: string): Place[] {
  return [...text.matchAll(PLACE)].map((found) => ({ from: found.index, to: found.index + found[0].length }));
}

function select(view: EditorView, place: Place | undefined): boolean {
  if (!place) return false;
  view.dispatch({ selection: { anchor: place.from, head: place.to }, scrollIntoView: true });
  return true;
}

function around(state: EditorState, direction: 1 | -1): Place | undefined {
  const { from, to } = state.selection.main;
  const all = places(state.doc.toString());
  return direction === 1
    ? all.find((place) => place.from >= to)
    : all.reverse().find((place) => place.to <= from);
}

/** Select the first place at or after a position. */
export function pickPlace(view: EditorView, position: number): boolean {
  return select(view, places(view.state.doc.toString()).find((place) => place.from >= position));
}

const matcher = new MatchDecorator({ regexp: PLACE, decoration: Decoration.mark({ class: "fnlp-place" }) });

const shown = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = matcher.createDeco(view);
    }
    update(update: ViewUpdate): void {
      this.decorations = matcher.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

// After the last place, Tab leaves the editor, as everywhere.
const keys = keymap.of([
  {
    key: "Tab",
    run: (view) => select(view, around(view.state, 1)),
    shift: (view) => select(view, around(view.state, -1)),
  },
]);

const clicks = EditorView.domEventHandlers({
  click(_, view) {
    const { empty, head } = view.state.selection.main;
    const inside = places(view.state.doc.toString()).find(({ from, to }) => from < head && head < to);
    if (empty && inside) select(view, inside);
    return false;
  },
});

export const fillingIn: Extension = [shown, keys, clicks];
