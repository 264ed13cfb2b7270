import { join } from "node:path";
import { PURPOSES } from "../../../collapse/contracts/harm.ts";
import { checkOptionsSchema } from "../../../collapse/contracts/options.ts";
import type { Action } from "../../../collapse/contracts/recommendations.ts";
import { localizeRows } from "../../../collapse/localize/localizeRows.ts";
import { measureSides } from "../../../collapse/measureSides.ts";
import { openSides } from "../../../collapse/openSides.ts";
import type { Table } from "../../../collapse/read/table.ts";
import { readerOf } from "../../../collapse/readerOf.ts";
import { countCopies } from "../../../collapse/recommend/countCopies.ts";
import { countReal } from "../../../collapse/recommend/countReal.ts";
import { recommend } from "../../../collapse/recommend/recommend.ts";
import type { MadeCase } from "../byWorld.ts";
import { appendRows, type BenchTable, takeRows } from "../table.ts";
import { writeCsv } from "../writeCsv.ts";
import { labelHarm } from "./labelHarm.ts";

/** What was foretold of one action, and what label models found. */
export interface TriedAction {
  readonly action: Action;
  readonly helps: boolean;
  /** Change of harm in margins: by the proxies with its interval, and by label models. */
  readonly foretold: number;
  readonly low: number;
  readonly high: number;
  readonly found: number;
}

/** One case for one purpose: its actions in the order in which they are recommended. */
export interface TriedCase {
  readonly name: string;
  readonly purpose: (typeof PURPOSES)[number];
  /** Harm in margins before anything is done, by the label models. */
  readonly before: number;
  readonly actions: readonly TriedAction[];
}

/** Asks what to do about a harmful case, does each thing, and lets the label models judge what became of it. */
export async function tryCase(made: MadeCase, folder: string): Promise<TriedCase[]> {
  const { world, candidate, benchCase, bench } = made;
  const reference = world.fresh;
  const files = { candidate: [join(folder, "candidate.csv")], reference: [join(folder, "reference.csv")] };
  writeCsv(candidate, files.candidate[0] ?? "");
  writeCsv(reference, files.reference[0] ?? "");
  const options = checkOptionsSchema.parse({ ...files, target: world.dataset.target });
  const opened: Table[] = [];
  const sides = await openSides(options, opened);
  if (!sides.ok) return [];
  const { view, frame, tables, evidence, harm } = await measureSides(sides.value, options, () => {});
  const { plan } = view.sides;
  const { seed } = options;
  const readCandidate = readerOf(view.sides.candidate, () => {});
  const localization = await localizeRows({ plan, frame, tables, evidence, readCandidate, seed });
  const cases: TriedCase[] = [];
  for (const purpose of PURPOSES) {
    const remedies = recommend({
      tables,
      frame,
      harm,
      measured: evidence.measured,
      localization,
      purposes: [purpose],
      target: world.dataset.target,
      confidence: null,
      prices: null,
      seed,
    });
    const tried = remedies.recommendations.filter(({ after }) => after !== null);
    if ((tried[0]?.before.value ?? 0) <= 1) continue;
    const before = labelHarm(candidate, world.size, bench())[purpose];
    const actions: TriedAction[] = [];
    for (const recommendation of tried) {
      const mending = { sides: view.sides, frame, remedies, chosen: [recommendation], seed };
      const copies = await countCopies(mending);
      const real = await countReal(mending, sum(copies));
      if (!real.enough || recommendation.effect === null) continue;
      const mended = joined(candidate, copies, reference, real.copies);
      const { action, helps, effect } = recommendation;
      const found = labelHarm(mended, world.size, bench())[purpose] - before;
      actions.push({ action, helps, foretold: effect.value, low: effect.low, high: effect.high, found });
    }
    cases.push({
      name: `${benchCase.dataset} ${benchCase.size} #${benchCase.seed} ${benchCase.variant.name}`,
      purpose,
      before,
      actions,
    });
  }
  for (const table of opened) table.close();
  return cases;
}

function joined(
  candidate: BenchTable,
  copies: Uint8Array,
  reference: BenchTable,
  added: Uint8Array,
): BenchTable {
  const rowsOf = (times: Uint8Array): number[] =>
    [...times].flatMap((count, row) => Array<number>(count).fill(row));
  return appendRows(takeRows(candidate, rowsOf(copies)), takeRows(reference, rowsOf(added)));
}

const sum = (copies: Uint8Array): number => copies.reduce((total, times) => total + times, 0);
