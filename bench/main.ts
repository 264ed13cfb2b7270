import { parseArgs } from "node:util";
import { openHosts } from "./hosts.ts";
import { measureAll, TARGETS } from "./measure.ts";
import { pointLine } from "./report/tables.ts";

const hosts = await openHosts(console.log);
try {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, write: { type: "boolean" }, connections: { type: "string" }, bodies: {type: "string"} } });
  const points = await measureAll(hosts, {
    bodiesBytes: values.bodies?.split(",").map(Number) ?? [425, 20_000],
    connections: values.connections?.split(",").map(Number) ?? [1, 16, 64],
    targets: TARGETS,
    warmupMs: 1000,
    measuredMs: values.quick ? 1000 : 4000,
    onPoint: (point) => console.log(pointLine(point), JSON.stringify(point.load.statuses), point.load.recorded, point.rowsAdded, point.drainSeconds.toFixed(1), JSON.stringify([...point.counters.purposes]), point.counters.redisRequests, point.counters.postgresQueries, point.secondsCounted.toFixed(1)),
  });
} finally {
  await hosts.close();
}
