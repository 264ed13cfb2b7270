import { join } from "node:path";
import type { Purpose } from "../../../collapse/contracts/harm.ts";
import { check } from "../../../collapse/index.ts";
import type { MadeCase } from "../byWorld.ts";
import type { BenchTable } from "../table.ts";
import { writeCsv } from "../writeCsv.ts";
import { BASELINES } from "./baselines.ts";
import type { Outcome } from "./rates.ts";

/** Which real rows the check is given: those that the generator saw, or others. */
export const ARMS = ["seen", "fresh"] as const;
export type Arm = (typeof ARMS)[number];

/** What one judge says of one case, per purpose; a rule without purposes says the same for both. */
export interface Judgment {
  readonly judge: string;
  readonly arm: Arm;
  readonly verdicts: Readonly<Record<Purpose, Outcome["verdict"]>>;
}

/** Lets the check and the baselines judge a case, against either reference. `folder` holds the tables meanwhile. */
export async function judgeCase({ world, candidate }: MadeCase, folder: string): Promise<Judgment[]> {
  const candidateFile = join(folder, "candidate.csv");
  writeCsv(candidate, candidateFile);
  const judgments: Judgment[] = [];
  for (const arm of ARMS) {
    const reference = world[arm];
    const referenceFile = join(folder, `${arm}.csv`);
    writeCsv(reference, referenceFile);
    judgments.push({
      judge: "headgate",
      arm,
      verdicts: await checked(candidateFile, referenceFile, world.dataset.target),
    });
    for (const { name, flags } of BASELINES)
      judgments.push({ judge: name, arm, verdicts: flagged(flags, reference, candidate) });
  }
  return judgments;
}

async function checked(candidate: string, reference: string, target: string): Promise<Judgment["verdicts"]> {
  const outcome = await check({ candidate: [candidate], reference: [reference], target });
  // A table that cannot be checked, such as one of which a column was retyped, is undecided: neither right nor wrong.
  const decided = (purpose: Purpose): Outcome["verdict"] => {
    const verdict = outcome.ok ? outcome.value.harm[purpose]?.verdict : undefined;
    return verdict === "collapsed" || verdict === "healthy" ? verdict : "undecided";
  };
  return { predictive: decided("predictive"), generative: decided("generative") };
}

function flagged(
  flags: (reference: BenchTable, candidate: BenchTable) => boolean,
  reference: BenchTable,
  candidate: BenchTable,
): Judgment["verdicts"] {
  const verdict = flags(reference, candidate) ? "collapsed" : "healthy";
  return { predictive: verdict, generative: verdict };
}
