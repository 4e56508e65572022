// Put another text in place of the draft, touching only what differs.
import { diff } from "@codemirror/merge";
import type { Annotation } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

// Beyond this, an exact difference takes longer than a person waits.
export const SCAN_LIMIT = 500;

/** Marks, the cursor and dismissed places stay where the texts agree. */
export function replaceText(view: EditorView, text: string, annotations: Annotation<unknown>[] = []): void {
  const old = view.state.doc.toString();
  if (old === text) return;
  const changes = diff(old, text, { scanLimit: SCAN_LIMIT }).map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    insert: text.slice(fromB, toB),
  }));
  view.dispatch({ changes, annotations });
}
