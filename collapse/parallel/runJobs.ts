import type { JobKind, Jobs } from "./jobs.ts";
import type { Lanes } from "./openLanes.ts";

/** Jobs that a lane is given ahead: while this thread computes it hears of nothing. */
const AHEAD = 2;

/**
 * Does all jobs, on the lanes and, by `here`, on this thread too; the answers come in the order of the jobs. Who does
 * which changes none of them.
 */
export async function runJobs<Kind extends JobKind>(
  lanes: Lanes | null,
  kind: Kind,
  jobs: readonly Jobs[Kind]["ask"][],
  here: (job: Jobs[Kind]["ask"]) => Jobs[Kind]["answer"],
): Promise<readonly Jobs[Kind]["answer"][]> {
  const answers: (Jobs[Kind]["answer"] | Promise<Jobs[Kind]["answer"]>)[] = [];
  const waiting = (lanes?.lanes ?? []).map((lane) => ({ lane, jobs: 0 }));
  for (const job of jobs) {
    // What lanes have answered meanwhile is heard of now.
    if (lanes) await new Promise(setImmediate);
    const free = waiting.find((one) => one.jobs < AHEAD);
    if (free === undefined) {
      answers.push(here(job));
      continue;
    }
    free.jobs++;
    const asked = free.lane.call(kind, job).finally(() => free.jobs--);
    // Whoever waits for it hears of a failure; until then nobody listens.
    asked.catch(() => {});
    answers.push(asked);
  }
  return Promise.all(answers);
}
