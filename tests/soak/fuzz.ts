import { type FuzzReport, fuzzStack, isClean } from "../fuzz/fuzzStack.ts";
import { openCell } from "../support/cell.ts";
import { circumstances, table, writeSection } from "./results.ts";

const REQUESTS = 10_000;

/** Fuzzes a cell with 10,000 broken requests; FUZZ_SEED replays those of a run, else the clock seeds them. */
export async function proveFuzz(report: (line: string) => void): Promise<boolean> {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
  const startedMs = performance.now();
  const cell = await openCell({ FRAME_PACK_MAX_AGE_MS: "100" });
  try {
    const fuzzed = await fuzzStack(cell, { seed, requests: REQUESTS });
    for (const complaint of fuzzed.complaints) report(complaint);
    writeSection("broken requests", bodyOf(fuzzed, seed, (performance.now() - startedMs) / 1000));
    return isClean(fuzzed);
  } finally {
    await cell.close();
  }
}

function bodyOf(fuzzed: FuzzReport, seed: number, seconds: number): string {
  const { requests, complaints, crashes, good, answers } = fuzzed;
  const columns = table(
    [
      ["answer", ([answer]: [string, number]) => answer],
      ["requests", ([, count]) => count],
    ],
    Object.entries(answers),
  );
  return `${circumstances("npm run soak -- fuzz")}

${requests} requests in ${Math.round(seconds)} s, seed ${seed}: good ones of every route of the OpenAPI document, each broken in one of the ways of \`tests/fuzz/\`. Answers that were no 4xx problem with a code of its status, and a pointer where the request's content is at fault: ${complaints.length}. Lines of the log that tell of a bug or a crash: ${crashes.length}. Requests that were good all the same: ${Object.values(good).reduce((sum, count) => sum + count, 0)}.

${columns}`;
}
