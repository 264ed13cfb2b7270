import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../local/demo/client.ts";
import { MOST_STEPS, REACHED_WITHIN_MM } from "../local/demo/playEpisode.ts";
import { playStory } from "../local/demo/story.ts";
import { tellConsent } from "../local/demo/tellConsent.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { freePort } from "../local/supervise/ports.ts";
import { PATIENT_SETTINGS } from "./support/cell.ts";

type Fields = Record<string, unknown>;
/** Changes one call of the demo on its way to the stack, or the stack's answer to it. */
interface Meddling {
  readonly request?: (path: string, body: Fields) => Fields;
  readonly answer?: (path: string, body: Fields) => Fields;
}

const dataDir = mkdtempSync(join(tmpdir(), "headgate-demo-"));
const outDir = join(dataDir, "pictures");
const proxies: Server[] = [];
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ dataDir, overrides: PATIENT_SETTINGS });
});
afterAll(async () => {
  for (const proxy of proxies) proxy.close();
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

function parse(text: string): Fields {
  const value: unknown = JSON.parse(text);
  return isFields(value) ? value : {};
}

/** The stack's address behind somebody who changes what passes. */
async function behind({ request: onRequest, answer: onAnswer }: Meddling): Promise<string> {
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? "/";
    const text = Buffer.concat(chunks).toString();
    const body = text === "" ? null : JSON.stringify(onRequest?.(path, parse(text)) ?? parse(text));
    const { authorization = "" } = request.headers;
    const upstream = await fetch(new URL(path, stack.url), {
      method: request.method ?? "GET",
      headers: { authorization, ...(body === null ? {} : { "content-type": "application/json" }) },
      body,
    });
    const answered = parse(await upstream.text());
    response.writeHead(upstream.status, { "content-type": "application/json" });
    response.end(JSON.stringify(onAnswer?.(path, answered) ?? answered));
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : null;
  return `http://127.0.0.1:${port}`;
}

const play = (url: string, lines: string[] = []) =>
  playStory({
    url,
    key: stack.key,
    adminKey: stack.adminKey,
    outDir,
    print: (line) => lines.push(line),
    seed: 2026,
  });

const consentPart = (url: string) =>
  tellConsent({
    client: createClient({ ...stack, url }),
    color: "red",
    seed: 2026,
    runId: `test-${randomUUID()}`,
    onTier: () => {},
  });

/** The answer's action changed, on `/v1/act` alone. */
const actions =
  (change: (action: number[]) => number[]) =>
  (path: string, body: Fields): Fields =>
    path === "/v1/act" && Array.isArray(body.action) ? { ...body, action: change(body.action) } : body;

test("the demo reaches its block in time, gets every picture back and keeps what consent forbids out", async () => {
  const lines: string[] = [];
  const report = await play(stack.url, lines);
  expect(report.steps).toBeLessThanOrEqual(MOST_STEPS);
  expect(report.startMm).toBeGreaterThan(150);
  expect(report.endMm).toBeLessThanOrEqual(REACHED_WITHIN_MM);
  expect(report.stored).toEqual({ rows: report.steps, frames: report.steps });
  expect(report.consent).toMatchObject({ unknown: { served: 3, stored: 0 }, basic: { stored: 3 } });
  expect(report.consent.withdrawn.heldAfterMs).toBeLessThanOrEqual(1000);
  expect(report.latencyMs.server).toBeGreaterThan(0);
  expect(report.seconds).toBeLessThan(60);
  for (const picture of Object.values(report.pictures)) {
    const png = readFileSync(picture);
    expect([png.toString("latin1", 1, 4), png.readUInt32BE(16) > 1000]).toEqual(["PNG", true]);
  }
  expect(lines.join("\n")).not.toContain("\u001b");
});

test("the demo fails when the arm is led away from the block, or its gripper closes beside it", async () => {
  const away = await behind({ answer: actions(([dx = 0, ...rest]) => [-dx, ...rest]) });
  await expect(play(away)).rejects.toThrow(/The block was not reached/);
  const early = await behind({ answer: actions((action) => [...action.slice(0, 6), 0]) });
  await expect(play(early)).rejects.toThrow(
    /closed its gripper 1\d\d\.\d mm from the red block after 1 steps/,
  );
});

test("the demo fails when a person's calls pass as a person-free stream", async () => {
  const nameless = await behind({ request: (_path, { subject: _, ...body }) => body });
  await expect(consentPart(nameless)).rejects.toThrow(/unknown subject was not withheld/);
});

test("the demo fails when tier basic keeps more than metadata", async () => {
  const generous = await behind({
    request: (path, body) => (path.startsWith("/v1/consent/") ? { ...body, tier: "analytics" } : body),
  });
  await expect(consentPart(generous)).rejects.toThrow(/holds more than the metadata/);
});

test("the demo fails when a withdrawal does not hold", async () => {
  const deaf = await behind({
    request: (path, body) => (path.startsWith("/v1/consent/") ? { ...body, tier: "basic" } : body),
  });
  await expect(consentPart(deaf)).rejects.toThrow(/after consent was withdrawn, a call was still recorded/);
});

test("the demo says in one sentence that nobody answers, or that the key is unknown", async () => {
  await expect(play(`http://127.0.0.1:${await freePort()}`)).rejects.toThrow(
    /^No stack answers at http:\/\/127\.0\.0\.1:\d+: start one with `npm start` in another terminal\.$/,
  );
  const stranger = playStory({ ...stack, key: "hg_local_live_nobody", outDir, print: () => {} });
  await expect(stranger).rejects.toThrow(/^POST \/v1\/act was refused \(401\): [^.]+\.$/);
});
