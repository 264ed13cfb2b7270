import { join } from "node:path";
import { type Hosts, openHosts, ROOT } from "./hosts.ts";
import { measureAll, type Point, TARGETS } from "./measure.ts";
import { type BenchOptions, readOptions, USAGE } from "./options.ts";
import { type Profile, profileTargets } from "./profile.ts";
import { parityOf } from "./report/aims.ts";
import { describeMachine } from "./report/machine.ts";
import { resultsPage } from "./report/results.ts";
import {
  addedTable,
  socketLine,
  socketParityOf,
  socketParityTable,
  socketTable,
} from "./report/socketTables.ts";
import {
  aimTable,
  counterTable,
  parityTable,
  plainTable,
  pointLine,
  pointTable,
  profileTable,
} from "./report/tables.ts";
import { writePart } from "./report/writePart.ts";
import { measureSockets, type SocketMeasurements } from "./sockets/measureSockets.ts";

/** `npm run bench`: measures, prints, and fails when a single record was lost or doubled. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help")) return console.log(USAGE);
  const options = readOptions(args);
  const machine = describeMachine(["npm run bench --", ...args].join(" "));
  const hosts = await openHosts(console.log);
  try {
    const { points, profiles } = options.parts.includes("http") ? await run(hosts, options) : NOTHING;
    const sockets = options.parts.includes("sockets") ? await runSockets(hosts, options) : NO_SOCKETS;
    if (options.write) {
      writePart(join(ROOT, "bench/RESULTS.md"), resultsPage({ machine, points, profiles, sockets }));
      console.log("\nwrote bench/RESULTS.md");
    }
    const areEqual = [parityOf(points), socketParityOf(sockets)].every(
      ({ recorded, rows }) => recorded === rows,
    );
    if (!areEqual) process.exitCode = 1;
  } finally {
    await hosts.close();
  }
}

const NOTHING: { points: Point[]; profiles: Profile[] } = { points: [], profiles: [] };

const NO_SOCKETS: SocketMeasurements = { points: [], added: [] };

async function runSockets(hosts: Hosts, options: BenchOptions): Promise<SocketMeasurements> {
  console.log("");
  const measured = await measureSockets(hosts, {
    ...options,
    onPoint: (point) => console.log(socketLine(point)),
  });
  const tables = [socketTable(measured.points), addedTable(measured.added), socketParityTable(measured)];
  for (const table of tables) console.log(`\n${plainTable(table)}`);
  return measured;
}

async function run(hosts: Hosts, options: BenchOptions): Promise<{ points: Point[]; profiles: Profile[] }> {
  console.log("");
  const points = await measureAll(hosts, {
    ...options,
    targets: TARGETS,
    onPoint: (point) => console.log(pointLine(point)),
  });
  for (const table of [pointTable, aimTable, parityTable, counterTable])
    console.log(`\n${plainTable(table(points))}`);

  const profiledBody = Math.max(...options.bodiesBytes);
  const profiles = options.profile ? await profileTargets(hosts, profiledBody) : [];
  for (const profile of profiles) {
    const { target, bodyBytes, workMicroseconds } = profile;
    console.log(`\n${target}, ${bodyBytes} B: ${workMicroseconds.toFixed(0)} µs per request`);
    console.log(plainTable(profileTable(profile)));
  }
  return { points, profiles };
}

await main();
