// The text field itself: CodeMirror with what feedback needs, and nothing for code.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder, tooltips, type ViewUpdate } from "@codemirror/view";
import { marking } from "./cards";
import { fillingIn } from "./places";
import type { MarkActions } from "./types";
import { measuredAnew } from "./width";
import { INVITATION } from "./wording";

export interface EditorOptions {
  text: string;
  /** Id of the element that says how the keyboard works. */
  describedBy: string;
  marks: MarkActions;
  /** Where cards may lie. */
  space: () => DOMRect;
  changed: (update: ViewUpdate) => void;
}

export function createEditor(parent: HTMLElement, options: EditorOptions): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(),
        fillingIn,
        marking(options.marks),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        placeholder(INVITATION),
        EditorView.contentAttributes.of({
          "aria-label": "Your feedback",
          "aria-multiline": "true",
          "aria-describedby": options.describedBy,
          spellcheck: "true",
          dir: "auto",
        }),
        measuredAnew(),
        EditorView.perLineTextDirection.of(true),
        tooltips({ tooltipSpace: options.space }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.changed(update);
        }),
      ],
    }),
  });
}
