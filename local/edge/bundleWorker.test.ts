import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { bundleWorker } from "./bundleWorker.ts";
import { readWorkerConfig } from "./readWorkerConfig.ts";

const root = mkdtempSync(join(tmpdir(), "headgate-bundle-"));
const configPath = join(root, "wrangler.toml");
const ours = readFileSync(fileURLToPath(new URL("../../wrangler.toml", import.meta.url)), "utf8");

afterAll(() => rmSync(root, { recursive: true }));

const writeWorker = (answer: string): void =>
  writeFileSync(
    join(root, "edge.ts"),
    `import { DurableObject } from "cloudflare:workers";
     export class Outbox extends DurableObject {}
     export class Socket extends DurableObject {}
     export default { fetch: () => new Response(${JSON.stringify(answer)}) };`,
  );

test("a bundle is used again until a file that went into it changes", async () => {
  writeFileSync(configPath, ours.replace("workers/edge.ts", "edge.ts"));
  writeWorker("first");
  const first = await bundleWorker({ root, configPath });
  const code = (bundle: typeof first) => Buffer.from(bundle.modules[0]?.base64 ?? "", "base64").toString();
  expect(code(first)).toContain('"first"');

  const keptFiles = () =>
    readdirSync(join(root, ".build")).map((name) => statSync(join(root, ".build", name)).ino);
  const before = keptFiles();
  expect(await bundleWorker({ root, configPath })).toEqual(first);
  expect(keptFiles()).toEqual(before);

  writeWorker("second");
  expect(code(await bundleWorker({ root, configPath }))).toContain('"second"');
});

test("a kind of binding that the local edge does not hand on stops it", async () => {
  const path = join(root, "more.toml");
  writeFileSync(path, `${ours}\n[[queues.producers]]\nbinding = "Q"\nqueue = "q"\n`);
  await expect(readWorkerConfig(path)).rejects.toThrow(/does not understand .*more\.toml.*queues/);
});
