import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runWorker } from "../../local/edge/runWorker.ts";
import { freePort } from "../../local/supervise/ports.ts";

// `node bench/outbox-rows/main.ts`: rows that an outbox writes and reads for one record with its image, from
// append to the end of its memory, as workerd counts them. docs/deploy.md reckons with the result.

const dataDir = mkdtempSync(join(tmpdir(), "headgate-outbox-rows-"));
const port = await freePort();
const worker = await runWorker({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  configPath: fileURLToPath(new URL("wrangler.toml", import.meta.url)),
  host: "127.0.0.1",
  port,
  dataDir,
  bindings: {},
});
console.log(await (await fetch(`http://127.0.0.1:${port}/`)).json());
await worker.stop();
rmSync(dataDir, { recursive: true });
