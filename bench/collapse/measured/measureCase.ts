import { join } from "node:path";
import { checkOptionsSchema } from "../../../collapse/contracts/options.ts";
import { measureSides } from "../../../collapse/measureSides.ts";
import { openSides } from "../../../collapse/openSides.ts";
import type { Table } from "../../../collapse/read/table.ts";
import type { MadeCase } from "../byWorld.ts";
import { BASELINES } from "../verdicts/baselines.ts";
import { writeCsv } from "../writeCsv.ts";
import type { Arm, MeasuredCase } from "./measuredCase.ts";
import { metricExcesses } from "./metricExcesses.ts";

const NOTHING = {
  p: 1,
  t: 0,
  null95: 0,
  rowsASide: 0,
  enoughRows: false,
  channels: [],
  excesses: [],
};

/** Measures one case against the reference of one arm, by the engine and by the simple rules; files go to `folder`. */
export async function measureCase(
  { world, candidate }: MadeCase,
  { hash, arm, folder }: { readonly hash: string; readonly arm: Arm; readonly folder: string },
): Promise<MeasuredCase> {
  const files = { candidate: join(folder, "candidate.csv"), reference: join(folder, `${arm}.csv`) };
  writeCsv(candidate, files.candidate);
  writeCsv(world[arm], files.reference);
  const started = performance.now();
  const measured = await measureFiles(files, world.dataset.target);
  return {
    case: hash,
    arm,
    ...measured,
    baselines: Object.fromEntries(BASELINES.map(({ name, flags }) => [name, flags(world[arm], candidate)])),
    seconds: (performance.now() - started) / 1000,
  };
}

async function measureFiles(
  files: { readonly candidate: string; readonly reference: string },
  target: string,
): Promise<Omit<MeasuredCase, "case" | "arm" | "baselines" | "seconds">> {
  const options = checkOptionsSchema.parse({
    candidate: [files.candidate],
    reference: [files.reference],
    target,
  });
  const opened: Table[] = [];
  try {
    const sides = await openSides(options, opened);
    if (!sides.ok) return { failure: sides.failure.code, ...NOTHING };
    const { evidence, harm } = await measureSides(sides.value, options, () => undefined);
    const { p, t, null95, rowsASide, enoughRows } = evidence;
    const channels = harm.channels.filter(({ value, low, high, nullHigh, nullSd }) =>
      [value, low, high, nullHigh, nullSd].every(Number.isFinite),
    );
    const excesses = metricExcesses(evidence).map((excess) => ({ ...excess, top: [...excess.top] }));
    return { failure: null, p, t, null95, rowsASide, enoughRows, channels, excesses };
  } finally {
    for (const table of opened) table.close();
  }
}
