// Bundles src/ into the two files that the Python package serves.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const common = { bundle: true, minify: true, legalComments: "none", logLevel: "info" };

await build({
  ...common,
  entryPoints: [path("src/index.ts")],
  outfile: path("../feedback_nlp/widgets/static/draft_coach.js"),
  format: "esm",
  target: "es2022",
});
await build({
  ...common,
  entryPoints: [path("src/style.css")],
  outfile: path("../feedback_nlp/widgets/static/draft_coach.css"),
});
