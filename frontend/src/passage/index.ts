// A passage that Python reads while the page opens: it is asked for anew once it is on screen.
import type { RenderProps } from "@anywidget/types";

interface Model {
  html: string;
}

function render({ model, el }: RenderProps<Model>): () => void {
  const show = (): void => {
    // Python escapes what people wrote.
    el.innerHTML = model.get("html");
  };
  model.on("change:html", show);
  show();
  // A change that came between the page's look at the kernel and this moment is lost.
  model.send({ kind: "ready" });
  return () => model.off("change:html", show);
}

export default { render };
