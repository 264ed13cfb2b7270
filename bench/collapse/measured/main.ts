import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeCases } from "../byWorld.ts";
import { benchCases, caseHash } from "../cases.ts";
import { measureCase } from "./measureCase.ts";
import { ARMS, MEASURED_VERSION } from "./measuredCase.ts";
import { openMeasured } from "./measuredFile.ts";

// `node bench/collapse/measured/main.ts DATA_FOLDER --measured FILE [--cases N] [--arm seen|fresh]`: lets the engine and the simple rules
// measure the first N cases, against either reference or one of them. What FILE has already is left as it is, so that a run may be
// stopped and started again.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    arm: { type: "string" },
    cases: { type: "string", default: "1000000" },
    measured: { type: "string" },
  },
});
const [dataFolder] = positionals;
if (dataFolder === undefined || values.measured === undefined)
  throw new Error(
    "Usage: node bench/collapse/measured/main.ts DATA_FOLDER --measured FILE [--cases N] [--arm ARM]",
  );

const measured = openMeasured(values.measured);
const arms = ARMS.filter((arm) => values.arm === undefined || values.arm === arm);
const open = benchCases()
  .slice(0, Number(values.cases))
  .filter((one) => arms.some((arm) => measured.get(caseHash(one, MEASURED_VERSION), arm) === undefined));
console.log(`${open.length} cases to measure`);
const folder = mkdtempSync(join(tmpdir(), "headgate-bench-"));
try {
  for await (const made of makeCases(dataFolder, open)) {
    const { dataset, variant, size, seed } = made.benchCase;
    const hash = caseHash(made.benchCase, MEASURED_VERSION);
    for (const arm of arms) {
      if (measured.get(hash, arm) !== undefined) continue;
      const result = await measureCase(made, { hash, arm, folder });
      measured.add(result);
      console.log(
        `${dataset} ${size} #${seed} ${variant.name}, ${arm}: p ${result.p} (${result.seconds.toFixed(1)} s)`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
