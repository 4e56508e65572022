// Bundles src/ into the files that the Python package serves: a module and its style per widget.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const common = { bundle: true, minify: true, legalComments: "none", logLevel: "info" };

const widgets = [
  ["src/index.ts", "src/style.css", "draft_coach"],
  ["src/desk/index.ts", "src/desk/desk.css", "annotation_desk"],
  ["src/passage/index.ts", "src/passage/passage.css", "passage"],
];

for (const [script, style, name] of widgets) {
  const out = (ending) => path(`../feedback_nlp/widgets/static/${name}.${ending}`);
  await build({ ...common, entryPoints: [path(script)], outfile: out("js"), format: "esm", target: "es2022" });
  await build({ ...common, entryPoints: [path(style)], outfile: out("css") });
}
