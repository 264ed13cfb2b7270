import { join } from "node:path";
import { freePort } from "../local/supervise/ports.ts";
import { type ProfiledFunction, profileWhile } from "./cpuProfile.ts";
import { type Hosts, ROOT } from "./hosts.ts";
import type { PointShape, Target } from "./measure.ts";
import { AIMED_CONNECTIONS } from "./options.ts";
import { actBody, requestTemplate } from "./requests.ts";

/** Where the time of one target's requests goes. */
export interface Profile extends PointShape {
  readonly requests: number;
  /** Time in which the Worker's thread ran code of the engine, in microseconds per request. */
  readonly workMicroseconds: number;
  readonly functions: readonly ProfiledFunction[];
}

const PROFILED: readonly Target[] = ["pass-through", "act, not recorded", "act, recorded"];
/** Long enough for the engine to compile what is hot. */
const WARMUP_MS = 4000;
const PROFILED_MS = 3000;
/** Numbers of points in the names of episodes; the benchmark's own stay far below. */
const FIRST_POINT = 900;

/**
 * Profiles the targets at the connections of the aims, in edge processes of their own: an inspector that
 * listens must not slow down what is measured.
 */
export async function profileTargets(hosts: Hosts, bodyBytes: number): Promise<Profile[]> {
  const passThrough = await inspectedEdge(hosts, "bench/passThrough.toml", {
    RUNNER_URL: hosts.stack.runnerUrl,
  });
  const headgate = await inspectedEdge(hosts, "wrangler.toml", hosts.stack.bindings);
  const profiles: Profile[] = [];
  for (const [index, target] of PROFILED.entries()) {
    const edge = target === "pass-through" ? passThrough : headgate;
    const shape = { target, bodyBytes, connections: AIMED_CONNECTIONS };
    profiles.push(await profileOne(hosts, edge, shape, FIRST_POINT + 2 * index));
  }
  return profiles;
}

interface InspectedEdge {
  readonly port: number;
  readonly inspectorPort: number;
}

async function inspectedEdge(
  hosts: Hosts,
  config: string,
  bindings: Readonly<Record<string, string>>,
): Promise<InspectedEdge> {
  const edge = { port: await freePort(), inspectorPort: await freePort() };
  await hosts.startEdge({ ...edge, configPath: join(ROOT, config), bindings: { ...bindings } });
  return edge;
}

async function profileOne(
  hosts: Hosts,
  edge: InspectedEdge,
  shape: PointShape,
  point: number,
): Promise<Profile> {
  const dryRun = shape.target === "act, not recorded";
  const load = (number: number, measuredMs: number) => {
    const body = actBody({ sizeBytes: shape.bodyBytes, point: number, dryRun });
    const template = requestTemplate("/v1/act", body, hosts.stack.key);
    return hosts.load({ port: edge.port, template, connections: shape.connections, warmupMs: 0, measuredMs });
  };
  await load(point, WARMUP_MS);
  const { functions, value } = await profileWhile(edge.inspectorPort, () => load(point + 1, PROFILED_MS));
  const requests = Object.values(value.statuses).reduce((sum, count) => sum + count, 0);
  const workMicroseconds = functions.reduce((sum, each) => sum + each.selfMicroseconds, 0) / requests;
  return { ...shape, requests, workMicroseconds, functions };
}
