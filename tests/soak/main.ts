import { proveFuzz } from "./fuzz.ts";
import { proveKills } from "./kill.ts";
import { proveProperties } from "./properties.ts";
import { proveRunnerFuzz } from "./runnerFuzz.ts";
import { proveRunnerModels } from "./runnerModels.ts";
import { proveSearch } from "./search.ts";

/** A long proof: writes its section of RESULTS.md, and answers whether what it proves holds. */
type Proof = (report: (line: string) => void) => Promise<boolean>;

const PROOFS: Readonly<Record<string, Proof>> = {
  "runner-fuzz": proveRunnerFuzz,
  "runner-models": proveRunnerModels,
  kill: proveKills,
  fuzz: proveFuzz,
  search: proveSearch,
  properties: proveProperties,
};

/** `npm run soak`, or `npm run soak -- search` for one of them; ends with 1 when one does not hold. */
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(PROOFS, name));
if (unknown.length > 0) {
  console.error(`There is no proof ${unknown.join(", ")}; there are ${Object.keys(PROOFS).join(", ")}.`);
  process.exit(2);
}
let holds = true;
for (const [name, prove] of Object.entries(PROOFS))
  if (asked.length === 0 || asked.includes(name)) holds = (await prove(console.log)) && holds;
process.exit(holds ? 0 : 1);
