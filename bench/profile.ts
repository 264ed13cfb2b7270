import { parseArgs } from "node:util";
import { join } from "node:path";
import { freePort } from "../local/supervise/ports.ts";
import { profileWhile } from "./cpuProfile.ts";
import { openHosts, ROOT } from "./hosts.ts";
import { actBody, requestTemplate } from "./requests.ts";

const { values } = parseArgs({ options: { body: { type: "string", default: "20000" }, connections: { type: "string", default: "16" }, dry: { type: "boolean", default: false }, seconds: { type: "string", default: "4" }, pass: {type:"boolean", default: false} } });
const hosts = await openHosts(() => undefined);
try {
  const ports = { inspector: await freePort(), edge: await freePort() };
  await hosts.startEdge({ configPath: join(ROOT, values.pass ? "bench/passThrough.toml" : "wrangler.toml"), port: ports.edge, bindings: values.pass ? { RUNNER_URL: `http://127.0.0.1:${hosts.ports.runner}` } : hosts.stack.bindings, inspectorPort: ports.inspector });
  const body = actBody({ sizeBytes: Number(values.body), point: 1, dryRun: values.dry });
  const template = requestTemplate("/v1/act", body, hosts.stack.key);
  const spec = { port: ports.edge, template, connections: Number(values.connections) };
  const warm = await hosts.load({ ...spec, warmupMs: 500, measuredMs: 5000 });
  console.log("warm", warm);
  const second = requestTemplate("/v1/act", actBody({ sizeBytes: Number(values.body), point: 2, dryRun: values.dry }), hosts.stack.key);
  let result: any;
  const functions = await profileWhile(ports.inspector, async () => {
    result = await hosts.load({ ...spec, template: second, warmupMs: 0, measuredMs: 1000*Number(values.seconds) });
  });
  console.log(result);
  const n = Object.values(result.statuses).reduce((a: any, b: any) => a + b, 0) as number; const percent = (us: number) => (us / n).toFixed(1).padStart(7);
  console.log("--- self");
  for (const f of functions.toSorted((a, b) => b.selfShare - a.selfShare).slice(0, 45)) console.log(percent(f.selfUs), percent(f.totalUs), f.name, f.place);
  console.log("--- total");
  for (const f of functions.toSorted((a, b) => b.totalShare - a.totalShare).slice(0, 70)) console.log(percent(f.selfUs), percent(f.totalUs), f.name, f.place);
} finally {
  await hosts.close();
}
