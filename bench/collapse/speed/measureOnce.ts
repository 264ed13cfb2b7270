import { DuckDBInstance } from "@duckdb/node-api";
import { check } from "../../../collapse/index.ts";
import { type Job, jobSchema, type Measured } from "./measured.ts";

// A process of its own for every measurement, since the most memory that one ever had is a process's: the job comes
// as an argument, what it took goes to standard output, both as JSON.

const MEBIBYTE = 2 ** 20;

/** Every value of every row of the candidate, once. */
async function scan({ candidate }: Job): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.runAndReadAll(`SELECT max(COLUMNS(*)) FROM '${candidate}'`);
  connection.closeSync();
  instance.closeSync();
}

async function measure(job: Job): Promise<Measured> {
  const begun: { phase: string; at: number }[] = [];
  const start = performance.now();
  let verdict: string | null = null;
  if (job.kind === "scan") await scan(job);
  else {
    const { candidate, reference, quick } = job;
    const outcome = await check(
      { candidate: [candidate], reference: [reference], quick },
      {
        onProgress: ({ phase }) => {
          if (begun.at(-1)?.phase !== phase) begun.push({ phase, at: performance.now() });
        },
      },
    );
    if (!outcome.ok) throw new Error(outcome.failure.detail);
    verdict = outcome.value.verdict;
  }
  const end = performance.now();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    wallSeconds: (end - start) / 1_000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: (maxRSS * 1_024) / MEBIBYTE,
    phases: begun.map(({ phase, at }, index) => ({
      phase,
      seconds: ((begun[index + 1]?.at ?? end) - at) / 1_000,
    })),
    verdict,
  };
}

console.log(JSON.stringify(await measure(jobSchema.parse(JSON.parse(process.argv[2] ?? "")))));
