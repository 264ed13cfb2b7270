import { parseArgs } from "node:util";
import { makeCases } from "../byWorld.ts";
import { benchCases, caseHash } from "../cases.ts";
import { LABEL_VERSION, type Label, labelCase } from "./labelCase.ts";
import { openLabels } from "./labelFile.ts";

// `node bench/collapse/labels/main.ts DATA_FOLDER --labels FILE [--cases N]`: labels the first N cases. Those that
// FILE has already are left as they are, so that a run may be stopped and started again.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: "string", default: "1000000" }, labels: { type: "string" } },
});
const [folder] = positionals;
if (folder === undefined || values.labels === undefined)
  throw new Error("Usage: node bench/collapse/labels/main.ts DATA_FOLDER --labels FILE [--cases N]");

const labels = openLabels(values.labels);
const chosen = benchCases().slice(0, Number(values.cases));
const open = chosen.filter((benchCase) => labels.get(caseHash(benchCase, LABEL_VERSION)) === undefined);
console.log(`${chosen.length} cases, ${open.length} of them without a label`);
for await (const { benchCase, candidate, bench } of makeCases(folder, open)) {
  const started = performance.now();
  const label = labelCase(candidate, benchCase.size, bench());
  labels.set(caseHash(benchCase, LABEL_VERSION), label);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${benchCase.dataset} ${benchCase.size} #${benchCase.seed} ${benchCase.variant.name}: ${said(label)} (${seconds} s)`,
  );
}

function said(label: Label | null): string {
  if (label === null) return "too few rows to say";
  const { predictive, generative } = label;
  return `predictive ${predictive.label} ${predictive.h?.toFixed(2)}, generative ${generative.label} ${generative.h?.toFixed(2)}`;
}
