// The editor after its width has changed: CodeMirror goes on with the length of a line that it measured first, and
// then may show nothing where a very long line should be.
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** So much of a change, in pixels, moves where lines break. */
const MATTERS = 8;
const STILL_FOR_MS = 200;

/** Measure anew when the width has changed and stays; the state, the cursor and the place are kept. */
export function measuredAnew(): Extension {
  let width = 0;
  let timer = 0;
  const measure = (view: EditorView): void => {
    // A card that is open would be closed, and a character that is being composed lost.
    if (!view.dom.isConnected || view.composing || view.dom.querySelector(".fnlp-tip")) return;
    const place = view.scrollSnapshot();
    view.setState(view.state);
    view.dispatch({ effects: place });
  };
  return EditorView.updateListener.of(({ geometryChanged, view }) => {
    const now = geometryChanged ? view.contentDOM.clientWidth : width;
    if (Math.abs(now - width) < MATTERS) return;
    const first = !width;
    width = now;
    clearTimeout(timer);
    if (!first) timer = window.setTimeout(() => measure(view), STILL_FOR_MS);
  });
}
