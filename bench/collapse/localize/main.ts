import { parseArgs } from "node:util";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import { DATASETS, readDataset } from "../datasets.ts";
import { measurePlanted, type Told } from "./measurePlanted.ts";
import { DEFECTS, dealGround, plantRows } from "./plantRows.ts";

// `node bench/collapse/localize/main.ts DATA_FOLDER [--rows N] [--datasets a,b] [--defects "…"] [--shares 0.05,…]
// [--seed N]`: plants bad rows among real ones, looks for them as a check does, and prints a table of how well it did.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string", default: "5000" },
    datasets: { type: "string", default: DATASETS.join(",") },
    defects: { type: "string", default: Object.keys(DEFECTS).join(";") },
    shares: { type: "string", default: "0.005,0.02,0.05,0.2" },
    seed: { type: "string", default: "1" },
  },
});
const [dataFolder] = positionals;
if (dataFolder === undefined) throw new Error("Usage: node bench/collapse/localize/main.ts DATA_FOLDER");

const HEAD =
  "| data set | rows | planted | share | AUC | average precision | precision at k | p of the check | found | way taken | its AUC | flagged | false among them | recall | ms |";
console.log(`${HEAD}\n|${" --- |".repeat(15)}`);
const seed = Number(values.seed);
for (const name of values.datasets.split(",")) {
  const { table } = await readDataset(dataFolder, name);
  const ground = dealGround(table, Number(values.rows), seededRandom(seed, `localize ${name}`));
  for (const defect of values.defects.split(";"))
    for (const share of values.shares.split(",").map(Number)) {
      const planting = DEFECTS[defect];
      if (planting === undefined)
        throw new Error(`${defect} is no defect: ${Object.keys(DEFECTS).join("; ")}.`);
      const random = seededRandom(seed, `${name} ${defect} ${share}`);
      const { table: candidate, planted } = plantRows(ground, planting.make, share, random);
      const told = await measurePlanted(
        { reference: ground.reference, candidate, planted },
        planting.meant,
        seed,
      );
      console.log(lineOf([name, String(candidate.rows), defect, `${100 * share} %`], told));
    }
}

function lineOf(of: readonly string[], told: Told): string {
  const share = (value: number): string => value.toFixed(3);
  const cells = [
    ...of,
    share(told.auc),
    share(told.averagePrecision),
    share(told.precisionAtK),
    share(told.p),
    told.found,
    told.way,
    share(told.aucOfWay),
    String(told.flagged),
    share(told.falseShare),
    share(told.recall),
    told.localizeMs.toFixed(0),
  ];
  return `| ${cells.join(" | ")} |`;
}
