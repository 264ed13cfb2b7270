import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeCases } from "../byWorld.ts";
import { benchCases } from "../cases.ts";
import { describeTries } from "./describeTries.ts";
import { type TriedCase, tryCase } from "./tryCase.ts";

// `node bench/collapse/recommend/main.ts DATA_FOLDER --results FILE [--dataset NAME] [--families A,B] [--size N]
// [--cases N] [--seconds N]`: whether what is recommended helps when label models are trained again. Cases that FILE
// has are not tried again; a run ends after so many seconds, and prints the table of all that FILE then has.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    results: { type: "string" },
    dataset: { type: "string" },
    families: { type: "string" },
    size: { type: "string", default: "3000" },
    cases: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "1000000" },
  },
});
const [folder] = positionals;
if (folder === undefined || values.results === undefined)
  throw new Error(
    "Usage: node bench/collapse/recommend/main.ts DATA_FOLDER --results FILE [--dataset NAME] [--families A,B] [--size N] [--cases N] [--seconds N]",
  );

interface Line {
  readonly at: string;
  readonly cases: readonly TriedCase[];
}
const text = existsSync(values.results) ? readFileSync(values.results, "utf8") : "";
const lines: Line[] = text
  .split("\n")
  .filter((line) => line.endsWith("}"))
  .map((line) => JSON.parse(line));
const done = new Set(lines.map(({ at }) => at));
const keyOf = ({ dataset, variant, size, seed }: ReturnType<typeof benchCases>[number]): string =>
  `${dataset} ${size} #${seed} ${variant.name}`;
const open = benchCases()
  .filter(({ dataset }) => values.dataset === undefined || dataset === values.dataset)
  .filter(({ variant }) => values.families?.split(",").includes(variant.family) !== false)
  .filter(({ variant, size }) => !variant.isBenign && size === Number(values.size))
  .slice(0, Number(values.cases))
  .filter((one) => !done.has(keyOf(one)));
const scratch = mkdtempSync(join(tmpdir(), "headgate-recommend-"));
const until = performance.now() + 1000 * Number(values.seconds);
for await (const made of makeCases(folder, open)) {
  if (performance.now() > until) break;
  const line = { at: keyOf(made.benchCase), cases: await tryCase(made, scratch) };
  lines.push(line);
  appendFileSync(values.results, `${JSON.stringify(line)}\n`);
}
rmSync(scratch, { recursive: true });
console.log(describeTries(lines.flatMap(({ cases }) => cases)));
