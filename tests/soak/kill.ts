import { setTimeout as pause } from "node:timers/promises";
import { killQuietly, processesOfStack } from "../../local/supervise/processes.ts";
import { storedRows } from "../support/cell.ts";
import { listAll } from "../support/client.ts";
import {
  type Caller,
  type Count,
  countRecords,
  strangersAmong,
  type Told,
  underLoad,
} from "../support/load.ts";
import { type OperatedStack, operateStack } from "./operateStack.ts";
import { circumstances, table, writeSection } from "./results.ts";

const CALLS = 2000;
const CONNECTIONS = 16;
const ARRIVES_WITHIN_MS = 120_000;
const POLL_MS = 500;

interface KillResult extends Count {
  readonly killed: string;
  readonly strangers: number;
  readonly seconds: number;
}

/** What is killed, and how the stack's processes are found. */
type Scenario = readonly [killed: string, kill: (stack: OperatedStack) => Promise<void>];

const killProcess =
  (name: "postgres" | "redis" | "runner" | "edge" | "workerd") =>
  async (stack: OperatedStack): Promise<void> => {
    killQuietly(stack.pidOf(name), "SIGKILL");
  };

/** The supervisor dies with all the others, so that nobody starts them again but the operator. */
async function killAll(stack: OperatedStack): Promise<void> {
  for (const pid of [stack.pidOf("supervisor"), ...processesOfStack(stack.dataDir)])
    killQuietly(pid, "SIGKILL");
  await stack.startAgain();
}

const SCENARIOS: readonly Scenario[] = [
  ["postgres", killProcess("postgres")],
  ["redis", killProcess("redis")],
  ["runner", killProcess("runner")],
  ["edge (its Node process)", killProcess("edge")],
  ["edge (workerd)", killProcess("workerd")],
  ["all at once, supervisor too", killAll],
];

/** A third and two thirds through the load. */
const KILLED_AT = [CALLS / 3, (2 * CALLS) / 3];

/**
 * Kills each process of a stack with SIGKILL, twice each during a load of its own, and counts records
 * afterwards. Two organizations call side by side.
 */
async function soakKills(report: (line: string) => void): Promise<KillResult[]> {
  const stack = await operateStack();
  const results: KillResult[] = [];
  let all: Told[] = [];
  try {
    const callers = Array.from({ length: CONNECTIONS / 2 }, () => stack.callers).flat();
    for (const [killed, kill] of SCENARIOS) {
      const startedMs = performance.now();
      const told = await underLoad({ callers, pauseMs: 0, atLeast: CALLS }, async (served) => {
        for (const at of KILLED_AT) {
          while (served() < at) await pause(POLL_MS / 10);
          await kill(stack);
        }
      });
      const counted = await countWhenArrived(stack, told);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      all = [...all, ...told];
      results.push({ ...counted, killed, seconds, strangers: await countStrangers(stack.callers, all) });
      report(`${killed}: ${JSON.stringify(results.at(-1))}`);
    }
  } finally {
    await stack.remove();
  }
  return results;
}

async function countWhenArrived(stack: OperatedStack, told: readonly Told[]): Promise<Count> {
  const deadlineMs = performance.now() + ARRIVES_WITHIN_MS;
  for (;;) {
    const rows = await storedRows(stack.asOwner).catch(() => []);
    const count = countRecords(told, rows);
    if ((rows.length > 0 && count.missing === 0) || performance.now() > deadlineMs) return count;
    await pause(POLL_MS);
  }
}

async function countStrangers(callers: readonly Caller[], told: readonly Told[]): Promise<number> {
  const counts = await Promise.all(
    callers.map(async ({ url, key, organization }) =>
      strangersAmong(await listAll(url, key), told, organization),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

const isClean = ({ recorded, missing, doubled, misnamed, strangers }: KillResult): boolean =>
  recorded > 0 && missing + doubled + misnamed + strangers === 0;

/** Kills under load, and says what was lost: nothing. */
export async function proveKills(report: (line: string) => void): Promise<boolean> {
  const results = await soakKills(report);
  const columns = table<KillResult>(
    [
      ["killed, twice", ({ killed }) => killed],
      ["calls", ({ calls }) => calls],
      ["without an answer", ({ unanswered }) => unanswered],
      ["`recorded: true`", ({ recorded }) => recorded],
      ["rows", ({ rows }) => rows],
      ["missing", ({ missing }) => missing],
      ["doubled", ({ doubled }) => doubled],
      ["wrong id", ({ misnamed }) => misnamed],
      ["somebody else's", ({ strangers }) => strangers],
      ["seconds", ({ seconds }) => seconds],
    ],
    results,
  );
  writeSection(
    "kill -9 under load",
    `${circumstances("npm run soak -- kill")}

Against \`npm start\`, sixteen connections of two organizations call \`POST /v1/act\` until 2,000 calls are served; a third and two thirds through, a process gets SIGKILL. The clients repeat nothing. Rows are counted by SQL as the owner, and by paging \`GET /v1/inferences\` as each organization. A row without an answer is a call whose connection died behind its record.

${columns}`,
  );
  return results.every(isClean);
}
