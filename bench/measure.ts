import { setTimeout as sleep } from "node:timers/promises";
import { type Counters, countersBetween, readCounters } from "./counters.ts";
import type { Hosts, Server } from "./hosts.ts";
import type { LoadResult } from "./load/loadPoint.ts";
import { actBody, requestTemplate } from "./requests.ts";
import { countStoredRows, waitUntilDrained } from "./storedRows.ts";

/** What is measured, in the order of one round. */
export const TARGETS = ["runner", "pass-through", "act, not recorded", "act, recorded"] as const;
export type Target = (typeof TARGETS)[number];

const SERVERS: Readonly<Record<Target, Server>> = {
  runner: "runner",
  "pass-through": "passThrough",
  "act, not recorded": "headgate",
  "act, recorded": "headgate",
};

export interface PointShape {
  readonly target: Target;
  readonly bodyBytes: number;
  readonly connections: number;
}

export interface Point extends PointShape {
  readonly load: LoadResult;
  /** Processor time of the server per request, drains during the load included; 0 where nobody knows. */
  readonly cpuMicroseconds: number;
  /** The same for what it did after the load, until its outboxes were empty. */
  readonly drainCpuMicroseconds: number;
  /** Calls of the stores from the end of the warm-up to the end of the load, and how long that was. */
  readonly counters: Counters;
  readonly secondsCounted: number;
  /** Rows that this point added once its outboxes were empty, and how long that took after the load. */
  readonly rowsAdded: number;
  readonly drainSeconds: number;
}

export interface MeasureOptions {
  readonly bodiesBytes: readonly number[];
  readonly connections: readonly number[];
  readonly targets: readonly Target[];
  readonly warmupMs: number;
  readonly measuredMs: number;
  readonly onPoint: (point: Point) => void;
}

const DRAIN_TIMEOUT_MS = 180_000;
/** Until the last lease is settled: what a point leaves behind must not be counted in the next. */
const SETTLE_MS = 1200;

/** Measures every target at every size and number of connections, one after the other, neighbors in time. */
export async function measureAll(hosts: Hosts, options: MeasureOptions): Promise<Point[]> {
  const points: Point[] = [];
  for (const bodyBytes of options.bodiesBytes) {
    for (const connections of options.connections) {
      for (const target of options.targets) {
        const point = await measurePoint(hosts, { target, bodyBytes, connections }, points.length, options);
        options.onPoint(point);
        points.push(point);
      }
    }
  }
  return points;
}

async function measurePoint(
  hosts: Hosts,
  shape: PointShape,
  number: number,
  { warmupMs, measuredMs }: MeasureOptions,
): Promise<Point> {
  const { stack } = hosts;
  const server = SERVERS[shape.target];
  const rowsBefore = (await countStoredRows(stack)).rows;
  const cpuBeforeMs = hosts.cpuMs(server);
  const [load, warm] = await Promise.all([
    hosts.load({ ...addressed(hosts, shape, number), connections: shape.connections, warmupMs, measuredMs }),
    sleep(warmupMs).then(() => stampedCounters(hosts)),
  ]);
  const cpuLoadedMs = hosts.cpuMs(server);
  const loaded = await stampedCounters(hosts);
  const { rows } = await waitUntilDrained(stack, DRAIN_TIMEOUT_MS);
  const cpuDrainedMs = hosts.cpuMs(server);
  const drainSeconds = (performance.now() - loaded.atMs) / 1000;
  await sleep(SETTLE_MS);
  const requests = Object.values(load.statuses).reduce((sum, count) => sum + count, 0);
  return {
    ...shape,
    load,
    cpuMicroseconds: (1000 * (cpuLoadedMs - cpuBeforeMs)) / requests,
    drainCpuMicroseconds: (1000 * (cpuDrainedMs - cpuLoadedMs)) / requests,
    counters: countersBetween(warm.counters, loaded.counters),
    secondsCounted: (loaded.atMs - warm.atMs) / 1000,
    rowsAdded: rows - rowsBefore,
    drainSeconds,
  };
}

async function stampedCounters({ stack }: Hosts): Promise<{ counters: Counters; atMs: number }> {
  const counters = await readCounters(stack);
  return { counters, atMs: performance.now() };
}

/** The port and the request of a target. All get the same body; the runner and the pass-through ignore it. */
function addressed({ ports, stack }: Hosts, { target, bodyBytes }: PointShape, point: number) {
  const body = actBody({ sizeBytes: bodyBytes, point, dryRun: target === "act, not recorded" });
  const path = target === "runner" ? "/v2/models/visual-servo/infer" : "/v1/act";
  return { port: ports[SERVERS[target]], template: requestTemplate(path, body, stack.key) };
}
