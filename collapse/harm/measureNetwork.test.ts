import { beforeAll, describe, expect, test } from "vitest";
import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { HarmChannel } from "../contracts/harm.ts";
import type { Provider } from "../networks/session.ts";
import { whyNot } from "../networks/whyNot.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type MemoryTable, summariesOf } from "../testTables.ts";
import { judgePurpose } from "../verdict/judgePurpose.ts";
import { measureHarmInLanes } from "./measureHarm.ts";

interface Case {
  readonly frame: Frame;
  readonly tables: { readonly reference: Summary; readonly candidate: Summary };
}

/** A curve that no straight line follows. */
function rowsOf(rows: number, seed: number): { x: number[]; y: number[] } {
  const random = seededRandom(seed, "curve");
  const x = Array.from({ length: rows }, () => random.normal());
  return { x, y: x.map((value) => value * value + 0.3 * random.normal()) };
}

async function caseOf(candidate: MemoryTable): Promise<Case> {
  const { frame, ...tables } = await summariesOf({ reference: rowsOf(1_600, 1), candidate });
  return { frame, tables };
}

/** The channels of a check of `y`, networks among them where `isUndecided` says so. */
const channelsOf = async ({ frame, tables }: Case, provider: Provider, isUndecided = true) =>
  (
    await measureHarmInLanes(null, tables, frame, {
      ...{ seed: 1, pairs: 3, target: "y" },
      network: { provider, isUndecided: () => isUndecided },
    })
  ).channels;

const networkIn = (channels: readonly HarmChannel[]) => channels.find(({ channel }) => channel === "network");

const verdictOf = (channels: readonly HarmChannel[]): string =>
  judgePurpose("predictive", channels, { p: 0.001, enoughRows: true, rowsASide: 800 }).verdict;

let shuffled: Case;
beforeAll(async () => {
  const { x, y } = rowsOf(1_200, 2);
  const order = shuffledIndices(y.length, seededRandom(3, "order"));
  shuffled = await caseOf({ x, y: y.map((_, row) => y[order[row] ?? 0] ?? 0) });
});

test("networks are trained only where nothing quicker decides, and join the predictive channels", async () => {
  expect(networkIn(await channelsOf(shuffled, "cpu", false))).toBeUndefined();
  expect(networkIn(await channelsOf(shuffled, "cpu"))?.purpose).toBe("predictive");
});

test("a network of a shuffled target is worse than one of real rows by more than its margin", async () => {
  const network = networkIn(await channelsOf(shuffled, "cpu"));
  expect(network?.low).toBeGreaterThan(network?.margin ?? Number.POSITIVE_INFINITY);
});

test("a network of fresh real rows is as good as any other", async () => {
  const network = networkIn(await channelsOf(await caseOf(rowsOf(1_200, 4)), "cpu"));
  expect(Math.abs(network?.value ?? 1)).toBeLessThan(Math.log(1.3));
});

const missing = whyNot("webgpu");

describe(`on WebGPU (${missing === null ? "which works here" : `left out: ${missing}`})`, () => {
  test.skipIf(missing !== null)(
    "the verdict is that of the CPU, and the network's number within a thousandth",
    async () => {
      const cpu = await channelsOf(shuffled, "cpu");
      const webgpu = await channelsOf(shuffled, "webgpu");
      expect(verdictOf(webgpu)).toBe(verdictOf(cpu));
      expect(networkIn(webgpu)?.value).toBeCloseTo(networkIn(cpu)?.value ?? Number.NaN, 3);
    },
    600_000,
  );
});
