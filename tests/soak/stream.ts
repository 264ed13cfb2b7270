import { checkSides } from "../../collapse/checkSides.ts";
import { checkOptionsSchema } from "../../collapse/contracts/options.ts";
import type { Report } from "../../collapse/contracts/report.ts";
import type { Side, Sides } from "../../collapse/openSides.ts";
import type { Learned } from "../../collapse/profile/learned.ts";
import { circumstances, table, writeSection } from "./results.ts";
import { STREAM_PLAN, streamBlocks, type Truth } from "./streamTables.ts";

const ROWS = 100_000_000;
const FEWER_ROWS = 1_000_000;
const REFERENCE_SEED = 1;
const BILLION = 1e9;
const MEMORY_MAX_MB = 2_000;
const SAMPLED_EVERY_MS = 100;
const EXPECTED = { fresh: "healthy", collapsed: "collapsed" } as const satisfies Record<Truth, string>;

/** What one check of a stream came to. */
interface Streamed {
  readonly truth: Truth;
  readonly rows: number;
  readonly report: Report;
  /** Wall seconds of the passes over the reference, over the candidate, and of all behind them. */
  readonly seconds: { readonly reference: number; readonly candidate: number; readonly rest: number };
  /** The largest resident memory while the first tenth of the candidate was counted, and altogether. */
  readonly megabytes: { readonly early: number; readonly peak: number };
}

/**
 * Streams of known truth go through the engine: their memory stays flat and under 2 GB, and the verdict on a hundred
 * million rows is that on one million. `rows` is the longer stream's length.
 */
export async function proveStream(report: (line: string) => void, rows = ROWS): Promise<boolean> {
  const made = await secondsOfMaking(Math.min(rows, 5_000_000));
  const streamed: Streamed[] = [];
  for (const length of new Set([Math.min(FEWER_ROWS, rows), rows])) {
    const learnOnce = remembering();
    for (const truth of ["fresh", "collapsed"] as const) {
      const one = await checkStream(truth, length, learnOnce);
      report(
        `${truth}, ${count(length)} rows: ${one.report.verdict}, ${one.seconds.candidate.toFixed(0)} s counting, ${one.megabytes.peak.toFixed(0)} MB`,
      );
      streamed.push(one);
    }
  }
  const holds = streamed.every(
    ({ truth, report: { verdict }, megabytes }) =>
      verdict === EXPECTED[truth] && megabytes.peak < MEMORY_MAX_MB,
  );
  writeSection("a stream through the collapse engine", describe(streamed, rows, made));
  return holds;
}

async function checkStream(
  truth: Truth,
  rows: number,
  learnOnce: NonNullable<Sides["learnOnce"]>,
): Promise<Streamed> {
  const memory = watchMemory();
  const clock = { reference: 0, candidate: 0, from: performance.now() };
  const lap = (): number => {
    const from = clock.from;
    clock.from = performance.now();
    return (clock.from - from) / 1_000;
  };
  const side = (seed: number, kind: Truth): Side => ({
    files: [`${kind} stream`],
    rows,
    blocks: () => streamBlocks(rows, seed, kind),
  });
  const sides: Sides = {
    plan: STREAM_PLAN,
    reference: side(REFERENCE_SEED, "fresh"),
    learned: null,
    learnOnce,
    candidate: side(2, truth),
    ignored: [],
    notes: [],
  };
  const options = checkOptionsSchema.parse({ candidate: ["stream"], reference: ["stream"], quick: true });
  const report = await checkSides(sides, options, ({ phase, rows: read = 0 }) => {
    if (phase === "Counting the candidate") {
      if (read === 0) clock.reference = lap();
      if (read <= rows / 10) memory.early();
    }
    if (phase === "Comparing with real rows") clock.candidate = lap();
  });
  const seconds = { reference: clock.reference, candidate: clock.candidate, rest: lap() };
  return { truth, rows, report, seconds, megabytes: memory.stop() };
}

/** Samples the resident memory of the process, its workers included. */
function watchMemory() {
  let peak = 0;
  let early = 0;
  const sample = (): number => {
    peak = Math.max(peak, process.memoryUsage.rss() / 1e6);
    return peak;
  };
  const timer = setInterval(sample, SAMPLED_EVERY_MS);
  return {
    early: () => {
      early = sample();
    },
    stop: () => {
      clearInterval(timer);
      sample();
      return { early, peak };
    },
  };
}

function remembering(): NonNullable<Sides["learnOnce"]> {
  let learned: Learned | null = null;
  return async (learn) => {
    learned ??= await learn();
    return learned;
  };
}

/** Seconds that a million rows take to be made, which every pass pays beside the engine's own work. */
async function secondsOfMaking(rows: number): Promise<number> {
  const from = performance.now();
  let made = 0;
  for await (const block of streamBlocks(rows, REFERENCE_SEED, "fresh")) made += block.rows;
  return ((performance.now() - from) / 1_000 / made) * 1e6;
}

const count = (rows: number): string => rows.toLocaleString("en");

function describe(streamed: readonly Streamed[], rows: number, secondsAMillion: number): string {
  const command = rows === ROWS ? "npm run soak -- stream" : `npm run soak -- stream --rows ${rows}`;
  const longest = streamed.filter((one) => one.rows === rows);
  const seconds = longest.reduce((sum, one) => sum + one.seconds.candidate, 0) / longest.length;
  const billionMinutes = ((seconds / rows) * BILLION) / 60;
  const columns = table(
    [
      ["truth", ({ truth }) => truth],
      ["rows", (one) => count(one.rows)],
      ["verdict", ({ report }) => report.verdict],
      ["score", ({ report }) => report.score?.toFixed(1) ?? "–"],
      ["p", ({ report }) => report.evidence?.p.toFixed(3) ?? "–"],
      ["candidate, s", (one) => one.seconds.candidate.toFixed(1)],
      ["rows/s", (one) => count(Math.round(one.rows / one.seconds.candidate))],
      ["reference, s", (one) => (one.truth === "fresh" ? one.seconds.reference.toFixed(1) : "as above")],
      ["rest, s", (one) => one.seconds.rest.toFixed(1)],
      ["MB at a tenth", ({ megabytes }) => megabytes.early.toFixed(0)],
      ["MB at most", ({ megabytes }) => megabytes.peak.toFixed(0)],
    ],
    streamed,
  );
  return [
    circumstances(command),
    `Ten columns (seven numbers, two levels, a category), made in process block by block (\`tests/soak/streamTables.ts\`) and checked with \`--quick\`: the reference is read twice, the candidate once. A candidate is either fresh rows of the reference's process, or collapsed: half the spread, and columns that no longer follow from each other. Of the seconds of a pass ${secondsAMillion.toFixed(2)} per million rows are the making of the rows.`,
    columns,
    `Extrapolated, not measured: as memory does not grow with rows and a pass takes as long per row, counting a billion rows of a candidate would take ${billionMinutes.toFixed(0)} minutes on this machine.`,
  ].join("\n\n");
}
