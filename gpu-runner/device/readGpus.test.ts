import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readGpus } from "./readGpus.ts";
import { startGpuWatch } from "./startGpuWatch.ts";
import { makeStandIn, slowsDownAt, smiXml } from "./testNvidiaSmi.ts";

let folder: string;
beforeAll(async () => {
  folder = await makeStandIn(
    smiXml({ temperature: "60 C", limits: slowsDownAt("96 C"), hotReason: "Not Active" }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** Looks through a stand-in that runs these commands. */
const lookThrough = async (commands: string, timeoutMs?: number) => {
  const program = join(folder, "other");
  await writeFile(program, `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
  return readGpus(program, timeoutMs);
};

describe("a look at the cards", () => {
  it("reads what nvidia-smi writes", async () => {
    const look = await readGpus(join(folder, "nvidia-smi"));
    expect(look).toMatchObject({ kind: "read", gpus: [{ temperatureC: 60 }] });
  });

  it.each([
    ["exit 9"],
    ["echo 'No devices were found'; exit 6"],
    ["echo '<nvidia_smi_log></nvidia_smi_log>'"],
  ])("finds no card where nvidia-smi says so: %s", async (commands) => {
    expect(await lookThrough(commands)).toMatchObject({
      kind: "absent",
      reason: expect.stringMatching(/\w/),
    });
  });

  it("finds no card without nvidia-smi", async () => {
    expect(await readGpus(join(folder, "missing"))).toMatchObject({ kind: "absent" });
  });

  it.each([
    ["echo 'Unable to determine the device handle'; exit 15", "Unable to determine the device handle"],
    ["echo nonsense", "nvidia-smi wrote no whole XML"],
    ["kill -9 $$", "Command failed"],
  ])("fails with a reason where nvidia-smi does: %s", async (commands, reason) => {
    expect(await lookThrough(commands)).toEqual({
      kind: "failed",
      reason: expect.stringContaining(reason),
    });
  });

  it("waits no longer than its deadline for a driver that hangs", async () => {
    expect(await lookThrough("exec sleep 60", 50)).toEqual({
      kind: "failed",
      reason: "nvidia-smi did not answer within 50 ms",
    });
  });
});

/** A watch whose looks end so, one after the other; the last one again and again. */
const watchOf = (...looks: readonly ("read" | "absent" | "bug")[]) => {
  let count = 0;
  return {
    looks: () => count,
    look: async () => {
      const kind = looks[Math.min(count, looks.length - 1)] ?? "absent";
      count += 1;
      if (kind === "bug") throw new Error("a bug");
      return { kind, reason: null, gpus: [], shedding: "none" } as const;
    },
  };
};

it("looks again and again, whatever a look throws, until it is stopped or there is no card", async () => {
  const bugs: string[] = [];
  const watch = watchOf("read", "bug", "read");
  const stop = startGpuWatch(watch, 1, (reason) => bugs.push(reason));
  await vi.waitFor(() => expect(watch.looks()).toBeGreaterThan(3), { interval: 2 });
  stop();
  const looked = watch.looks();
  const absent = watchOf("read", "absent");
  startGpuWatch(absent, 1, () => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(bugs).toEqual(["Error: a bug"]);
  expect(absent.looks()).toBe(2);
  expect(watch.looks()).toBe(looked);
});
