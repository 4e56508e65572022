// The live editor as an anywidget module: sends {text, revision}, shows what Python answers.
import type { RenderProps } from "@anywidget/types";
import { Coach } from "./coach";
import type { Model } from "./types";

function render({ model, el }: RenderProps<Model>): () => void {
  const coach = new Coach(model, el);
  return () => coach.destroy();
}

export default { render };
