// The text on the desk: it cannot be changed, but has a cursor, so that keys alone can select.
import { standardKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { labelsInside, markField, setMarks } from "../marks";
import { spanLabel } from "./marked";
import type { Book, DeskView } from "./types";

export class Sheet {
  private readonly view: EditorView;
  private shown = "";

  constructor(
    parent: HTMLElement,
    private readonly book: Book,
    describedBy: string,
  ) {
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          EditorState.readOnly.of(true),
          // Line ends stay as they are in the text, so that offsets agree with Python's.
          EditorState.lineSeparator.of("\n"),
          keymap.of(standardKeymap),
          EditorView.lineWrapping,
          EditorView.perLineTextDirection.of(true),
          EditorView.contentAttributes.of({
            "aria-label": "The text",
            "aria-multiline": "true",
            "aria-readonly": "true",
            "aria-describedby": describedBy,
            spellcheck: "false",
            dir: "auto",
          }),
          markField,
          labelsInside,
        ],
      }),
    });
  }

  get selection(): { from: number; to: number } {
    const { from, to } = this.view.state.selection.main;
    return { from, to };
  }

  update(data: DeskView): void {
    const fresh = data.id !== this.shown;
    if (fresh) {
      this.shown = data.id;
      this.view.dispatch({
        changes: { from: 0, to: this.view.state.doc.length, insert: this.view.state.toText(data.text) },
        selection: { anchor: 0 },
        scrollIntoView: true,
      });
    }
    const marks = data.spans.flatMap(({ label, from, to }) => {
      const entry = spanLabel(this.book, label);
      const text = data.text.slice(from, to);
      return entry ? [{ entry: 0, cue: label, family: entry.family, title: entry.title, text, from, to, why: "", ask: "" }] : [];
    });
    this.view.dispatch({ effects: setMarks.of(marks.sort((a, b) => a.from - b.from || b.to - a.to)) });
  }

  focus(): void {
    this.view.focus();
  }

  select(from: number, to: number): void {
    this.view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    this.view.focus();
  }

  /** Select the sentence at the cursor; once more, the next one. */
  selectSentence(): void {
    const text = this.view.state.doc.toString();
    const { from, to, empty } = this.view.state.selection.main;
    const sentences = [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)].map(({ index, segment }) => ({
      from: index,
      to: index + segment.trimEnd().length,
    }));
    const place = empty ? from : to;
    const found = sentences.find((sentence) => (empty ? place <= sentence.to : sentence.from >= place)) ?? sentences[0];
    if (found) this.select(found.from, found.to);
  }

  destroy(): void {
    this.view.destroy();
  }
}
