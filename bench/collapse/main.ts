import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeCases } from "./byWorld.ts";
import { benchCases, caseHash } from "./cases.ts";
import { LABEL_VERSION, labelCase } from "./labels/labelCase.ts";
import { openLabels } from "./labels/labelFile.ts";
import { judgeCase } from "./verdicts/judgeCase.ts";
import { type JudgedCase, summarize } from "./verdicts/summarize.ts";
import { writeSummary } from "./verdicts/writeSummary.ts";

// `node bench/collapse/main.ts DATA_FOLDER --labels FILE [--cases N] [--minutes M] [--details FILE]`: the first N of
// the committed cases, labeled by independent models and judged by the check and by simple rules. Labels that FILE has
// are taken from it, new ones are added; --minutes ends a run early, and what was done till then is what is reported;
// --details writes a line of JSON per case.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: "string", default: "1000000" },
    labels: { type: "string" },
    minutes: { type: "string", default: "1000000" },
    details: { type: "string" },
  },
});
const [dataFolder] = positionals;
if (dataFolder === undefined || values.labels === undefined)
  throw new Error(
    "Usage: node bench/collapse/main.ts DATA_FOLDER --labels FILE [--cases N] [--minutes M] [--details FILE]",
  );

const labels = openLabels(values.labels);
const ends = performance.now() + Number(values.minutes) * 60_000;
const folder = mkdtempSync(join(tmpdir(), "headgate-bench-"));
const judged: JudgedCase[] = [];
try {
  for await (const made of makeCases(dataFolder, benchCases().slice(0, Number(values.cases)))) {
    if (performance.now() > ends) break;
    const { benchCase, candidate, bench } = made;
    const { dataset, variant, size, seed } = benchCase;
    const hash = caseHash(benchCase, LABEL_VERSION);
    const kept = labels.get(hash);
    const label = kept === undefined ? labelCase(candidate, size, bench()) : kept;
    if (kept === undefined) labels.set(hash, label);
    const { family, isBenign, name } = variant;
    const judgments = await judgeCase(made, folder);
    judged.push({ dataset, family, variant: name, isBenign, size, seed, label, judgments });
    if (values.details !== undefined) appendFileSync(values.details, `${JSON.stringify(judged.at(-1))}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(writeSummary(judged, summarize(judged)));
