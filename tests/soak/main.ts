import { parseArgs } from "node:util";
import { proveFuzz } from "./fuzz.ts";
import { proveKills } from "./kill.ts";
import { proveProperties } from "./properties.ts";
import { proveRunnerFuzz } from "./runnerFuzz.ts";
import { proveRunnerModels } from "./runnerModels.ts";
import { proveSearch } from "./search.ts";
import { proveStream } from "./stream.ts";

/**
 * A long proof: writes its section of RESULTS.md, and answers whether what it proves holds. `rows`: of the stream, where
 * fewer than all are to be tried.
 */
type Proof = (report: (line: string) => void, rows?: number) => Promise<boolean>;

const PROOFS: Readonly<Record<string, Proof>> = {
  "runner-fuzz": proveRunnerFuzz,
  "runner-models": proveRunnerModels,
  kill: proveKills,
  fuzz: proveFuzz,
  search: proveSearch,
  properties: proveProperties,
  stream: proveStream,
};

/**
 * `npm run soak`, or `npm run soak -- search` for one of them, `stream --rows 5000000` for less of one; ends with 1 when
 * one does not hold.
 */
const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string" } },
});
const rows = values.rows === undefined ? undefined : Number(values.rows);
const unknown = asked.filter((name) => !Object.hasOwn(PROOFS, name));
if (unknown.length > 0) {
  console.error(`There is no proof ${unknown.join(", ")}; there are ${Object.keys(PROOFS).join(", ")}.`);
  process.exit(2);
}
let holds = true;
for (const [name, prove] of Object.entries(PROOFS))
  if (asked.length === 0 || asked.includes(name)) holds = (await prove(console.log, rows)) && holds;
process.exit(holds ? 0 : 1);
