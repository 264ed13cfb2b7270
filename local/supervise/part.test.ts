import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startPart } from "./part.ts";

const folder = mkdtempSync(join(tmpdir(), "headgate-part-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a part that is killed is started again, and serves as another process", async () => {
  const program = join(folder, "serve.mjs");
  writeFileSync(program, "console.log('ready'); setInterval(() => {}, 1000);\n");
  const deaths: string[] = [];
  const part = startPart(
    { name: "runner", program, folder, environment: { PATH: process.env.PATH ?? "" } },
    { onLine: () => undefined, onReady: () => undefined, onDeath: (_, why) => deaths.push(why) },
  );
  try {
    await part.ready();
    const { pid } = part;
    part.kill("SIGKILL");
    await expect.poll(() => part.pid !== null && part.pid !== pid, { timeout: 10_000 }).toBe(true);
    await part.ready();
    expect(deaths).toEqual(["runner ended: SIGKILL"]);
  } finally {
    await part.stop();
  }
  expect(part.pid).toBeNull();
});
