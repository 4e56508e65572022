// Cards of the marks in the text: under the pointer, under a finger, or from key to key.
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  EditorView,
  closeHoverTooltips,
  hoverTooltip,
  keymap,
  showTooltip,
  type Tooltip,
} from "@codemirror/view";
import { card } from "./dom";
import { labelsInside, markField, marksAt } from "./marks";
import type { Mark, MarkActions } from "./types";

/** Position of the mark whose card stays open, or null. */
const openCard = StateEffect.define<number | null>();

function cards(found: Mark[], actions: MarkActions): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "fnlp-tip";
  // Innermost first: it is what the pointer is on.
  dom.append(...found.slice(-3).reverse().map((mark) => card(mark, actions)));
  return dom;
}

function hover(actions: MarkActions): Extension {
  return hoverTooltip(
    (view, position, side) => {
      const found = marksAt(view.state, position, side);
      if (!found.length || view.state.field(openField) !== null) return null;
      return {
        pos: Math.max(...found.map((mark) => mark.from)),
        end: Math.min(...found.map((mark) => mark.to)),
        above: false,
        create: () => ({ dom: cards(found, actions) }),
      };
    },
    { hoverTime: 180, hideOnChange: true },
  );
}

/** The card that a tap or a key opened; it stays until Escape, an edit, or a tap elsewhere. */
const openField = StateField.define<number | null>({
  create: () => null,
  update(open, transaction) {
    if (transaction.docChanged) open = null;
    for (const effect of transaction.effects) if (effect.is(openCard)) open = effect.value;
    return open;
  },
});

function pinned(actions: MarkActions): Extension {
  let last: { key: string; tooltip: Tooltip } | null = null;
  return showTooltip.compute([openField, markField], (state): Tooltip | null => {
    const position = state.field(openField);
    const found = position === null ? [] : marksAt(state, position, 1);
    if (position === null || !found.length) return null;
    // A report that says the same leaves the card alone, and the keyboard focus in it.
    const key = JSON.stringify(found);
    if (last?.key === key) return last.tooltip;
    const tooltip: Tooltip = {
      pos: position,
      above: false,
      create: (view) => {
        const dom = cards(found, actions);
        dom.setAttribute("role", "dialog");
        dom.setAttribute("aria-label", found.map((mark) => mark.title).join(", "));
        dom.tabIndex = -1;
        dom.addEventListener("keydown", (event) => {
          if (event.key === "F8") {
            event.preventDefault();
            step(view, event.shiftKey ? -1 : 1);
          } else if (event.key === "Escape") {
            event.preventDefault();
            view.dispatch({ effects: openCard.of(null) });
            view.focus();
          }
        });
        dom.addEventListener("focusout", (event) => {
          const next = event.relatedTarget;
          if (next instanceof Node && !dom.contains(next)) view.dispatch({ effects: openCard.of(null) });
        });
        return { dom };
      },
    };
    last = { key, tooltip };
    return tooltip;
  });
}

/** Open the card of the next mark (or the one before), around the end of the text. */
function step(view: EditorView, direction: 1 | -1): boolean {
  const starts = [...new Set(view.state.field(markField).marks.filter((m) => m.from < m.to).map((m) => m.from))].sort(
    (a, b) => a - b,
  );
  if (!starts.length) return false;
  const open = view.state.field(openField);
  const here = open ?? view.state.selection.main.head - (direction === 1 ? 1 : 0);
  const next =
    direction === 1
      ? (starts.find((start) => start > here) ?? starts[0])
      : ([...starts].reverse().find((start) => start < here) ?? starts[starts.length - 1]);
  if (next === undefined) return false;
  view.dispatch({ selection: { anchor: next }, effects: openCard.of(next), scrollIntoView: true });
  // The card is laid out after the update.
  view.requestMeasure({
    read: () => view.dom.querySelector<HTMLElement>("[role=dialog].fnlp-tip, .fnlp-tip[role=dialog]"),
    write: (tip) => (tip?.querySelector("button") ?? tip)?.focus(),
  });
  return true;
}

const keys = keymap.of([
  { key: "F8", run: (view) => step(view, 1), shift: (view) => step(view, -1) },
  {
    key: "Escape",
    run: (view) => {
      const open = view.state.field(openField) !== null;
      view.dispatch({ effects: open ? [closeHoverTooltips, openCard.of(null)] : [closeHoverTooltips] });
      return open;
    },
  },
]);

const taps = EditorView.domEventHandlers({
  click(event, view) {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(".fnlp-tip")) return false;
    const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
    const found = position === null || !view.state.selection.main.empty ? [] : marksAt(view.state, position, 1);
    const onMark = target?.closest(".fnlp-mark") && found.length;
    const open = onMark ? Math.max(...found.map((mark) => mark.from)) : null;
    if (open !== view.state.field(openField)) {
      view.dispatch({ effects: onMark ? [closeHoverTooltips, openCard.of(open)] : [openCard.of(null)] });
    }
    return false;
  },
});

export function marking(actions: MarkActions): Extension {
  return [markField, labelsInside, openField, hover(actions), pinned(actions), keys, taps];
}
