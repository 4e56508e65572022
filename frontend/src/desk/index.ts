// The desk for labels and the browser of differences as one anywidget module.
import type { RenderProps } from "@anywidget/types";
import { Browser } from "./browser";
import { Desk } from "./desk";
import type { Model } from "./types";

function render({ model, el }: RenderProps<Model>): () => void {
  const page = model.get("kind") === "desk" ? new Desk(model, el) : new Browser(model, el);
  return () => page.destroy();
}

export default { render };
