import type { Point } from "../measure.ts";
import type { Profile } from "../profile.ts";
import type { SocketMeasurements } from "../sockets/measureSockets.ts";
import { addedTable, socketParityTable, socketTable } from "./socketTables.ts";
import {
  aimTable,
  counterTable,
  markdownTable,
  parityTable,
  pointTable,
  profileTable,
  type Table,
} from "./tables.ts";

export interface Results {
  readonly machine: readonly (readonly [name: string, value: string])[];
  readonly points: readonly Point[];
  readonly profiles: readonly Profile[];
  readonly sockets: SocketMeasurements;
}

const INTRODUCTION = `# What the gate costs

Written by \`npm run bench -- --write\`. Everything was measured in one run, on one machine, which the load
generator, the mock runner, Redis and Postgres share. Each Worker runs alone in a workerd of its own (Miniflare,
direct socket). The loop is closed: a connection sends its next request when the last one was answered; latencies
are as measured, not corrected.

- **runner**: the load generator against the mock runner itself, which answers at once. Neither is the bottleneck.
- **pass-through**: \`bench/passThrough.ts\`, a Worker that hands the body on and streams the answer back.
- **act, not recorded**: \`POST /v1/act\` with \`dry_run\`: key, limits, consent, gates on the way in and out.
- **act, recorded**: the same, sealed and kept durably before the answer, and drained to Postgres and R2 meanwhile,
  by the same thread. Every request is new: another step of its connection's episode.

"CPU µs" is the processor time of the server's process per request; it depends least on what else the machine does.`;

const COUNTERS = `From the end of each point's warm-up to its end. \`take_lease\` is admission: one renewal a second for the isolate's
one key and subject. (A cold key is asked for by each of its first requests: none may wait for the call of another.)
\`settle_lease\` comes once, when a key falls silent. \`pipeline\` carries metrics; one is this reading itself.
\`postgres platform\` would be admission's look at a key that Redis does not know, and the cron; \`postgres tenant\` is the
drain, which is on the path of no answer. The last two columns are what the stores themselves have counted.`;

const PROFILE = `Sampled by V8 while ${"`act`"} was under load at 16 connections. "(program)" is workerd itself: sockets, HTTP, SQLite's
files. Microseconds are wall time on the Worker's thread, sampling included.`;

const SOCKETS = `One observation of openpi's protocol, cameras of 224 × 224 pixels as raw numbers, over and over: on a socket of
Headgate, on one of a bare Durable Object that reads nothing and answers as many bytes (\`bench/sockets/echoWorker.ts\`),
and the same pictures as PNGs in \`POST /v1/act\`. Each socket has its own session, and every step is recorded.`;

const ADDED = `One socket of each, recording on, in slices of half a second by turns, so that both meet the same machine: what a
step takes more than the bare echo of the same frame (p50), and what of that the answers themselves say was spent waiting
for the model and for the outbox (means of the middle half; the model here answers at once).`;

const section = (title: string, ...parts: readonly string[]): string =>
  [`## ${title}`, ...parts].join("\n\n");

const table = (rows: Table): string => markdownTable(rows);

/** The page that a run leaves behind. */
export function resultsPage({ machine, points, profiles, sockets }: Results): string {
  const profiled = profiles.map(
    (profile) =>
      `### ${profile.target}, ${profile.bodyBytes} B: ${profile.workMicroseconds.toFixed(0)} µs per request\n\n${table(profileTable(profile))}`,
  );
  return [
    INTRODUCTION,
    table([["", ""], ...machine]),
    section("Rates and latencies", table(pointTable(points))),
    section("Aims, at 16 connections", table(aimTable(points))),
    section("Row parity", table(parityTable(points))),
    section("Calls of the stores", COUNTERS, table(counterTable(points))),
    ...(sockets.points.length === 0
      ? []
      : [
          section("Sockets", SOCKETS, table(socketTable(sockets.points))),
          section("What a socket adds", ADDED, table(addedTable(sockets.added))),
          section("Row parity of sockets", table(socketParityTable(sockets))),
        ]),
    ...(profiles.length === 0 ? [] : [section("Where the time goes", PROFILE, ...profiled)]),
    "",
  ].join("\n\n");
}
