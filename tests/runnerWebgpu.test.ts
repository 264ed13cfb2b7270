import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { bytesTensor, floatsOf, openModel } from "../gpu-runner/testing/testModel.ts";

/**
 * The WebGPU provider on a processor: Vulkan in software. Needs a loader and a driver, both ordinary packages: Debian's
 * libvulkan1 with mesa-vulkan-drivers from version 25 on, or chromium, which brings SwiftShader. Without them the
 * test is skipped, and says so.
 */
const GPU_RUNNER = fileURLToPath(new URL("../gpu-runner/", import.meta.url));
const CHROMIUM = "/usr/lib/chromium";
const SYSTEM_LOADERS = [
  "/usr/lib/x86_64-linux-gnu/libvulkan.so.1",
  "/usr/lib/aarch64-linux-gnu/libvulkan.so.1",
];
const NO_ADAPTER = "Failed to get a WebGPU adapter";

/** What a process needs in its environment to find a Vulkan, or null where there is none. */
const findVulkan = (): Record<string, string> | null => {
  const driver = join(CHROMIUM, "vk_swiftshader_icd.json");
  if (existsSync(driver) && existsSync(join(CHROMIUM, "libvulkan.so.1")))
    return { LD_LIBRARY_PATH: CHROMIUM, VK_DRIVER_FILES: driver };
  return SYSTEM_LOADERS.some((path) => existsSync(path)) ? {} : null;
};

const MODEL = "lexical-384";
const TEXT = "put the red block on the blue plate";

let repository: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "headgate-webgpu-"));
  await cp(join(GPU_RUNNER, "models", MODEL), join(repository, MODEL), { recursive: true });
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(repository, { recursive: true });
});

/** Starts the runner on WebGPU alone; its URL once it is ready, or what it said when it ended. */
const startOnWebgpu = (vulkan: Record<string, string>): Promise<{ url: string } | { said: string }> =>
  new Promise((resolve) => {
    const settings = { PORT: "0", WORKERS: "1", EXECUTION_PROVIDER: "webgpu", MODEL_REPOSITORY: repository };
    const child = spawn(process.execPath, [join(GPU_RUNNER, "main.ts")], {
      env: { ...process.env, ...vulkan, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    child.stdout.on("data", () => resolve({ url: /"url":"([^"]+)"/.exec(said)?.[1] ?? "" }));
    child.once("exit", () => resolve({ said }));
  });

const answerSchema = z.object({ outputs: z.tuple([z.object({ data: z.array(z.number()) })]) });

it("on WebGPU the runner says so, runs a whole model there, and gives the numbers of the processor", async ({
  skip,
}) => {
  const vulkan = findVulkan();
  if (vulkan === null) return skip("no Vulkan here: neither libvulkan1 nor chromium is installed");
  const started = await startOnWebgpu(vulkan);
  if ("said" in started && started.said.includes(NO_ADAPTER))
    return skip("the Vulkan driver here lacks what WebGPU needs: Mesa before 25?");
  if ("said" in started) throw new Error(started.said);
  const { url } = started;
  const server = await (await fetch(`${url}/v2`)).json();
  expect(server.parameters).toMatchObject({
    execution_provider: "webgpu",
    provider_probes: { webgpu: "works" },
  });
  // Not `webgpu+cpu`: no operator of it fell back.
  expect((await (await fetch(`${url}/v2/models/${MODEL}`)).json()).parameters.execution_provider).toBe(
    "webgpu",
  );
  const inputs = [{ name: "text", datatype: "BYTES", shape: [1], data: [TEXT] }];
  const response = await fetch(`${url}/v2/models/${MODEL}/infer`, {
    method: "POST",
    body: JSON.stringify({ inputs }),
  });
  const { outputs } = answerSchema.parse(await response.json());
  const call = await openModel(MODEL);
  const expected = floatsOf((await call({ text: bytesTensor(TEXT) })).embedding);
  const furthest = Math.max(
    ...outputs[0].data.map((value, index) => Math.abs(value - (expected[index] ?? 0))),
  );
  expect(outputs[0].data).toHaveLength(384);
  expect(furthest).toBeLessThan(1e-5);
});
