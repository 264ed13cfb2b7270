import { beforeAll, describe, expect, test } from "vitest";
import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import type { Recommendation } from "../contracts/recommendations.ts";
import { recommendationSchema } from "../contracts/recommendations.ts";
import type { Localization } from "../contracts/rows.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type MemoryTable, summariesOf } from "../testTables.ts";
import { type Found, recommend } from "./recommend.ts";

type Numbers = Record<string, Float64Array>;

const ROWS = 1_000;
const NAMES = ["x", "y", "curve", "kind"] as const;

/** Two kinds of rows whose columns hang together by curves. */
function realRows(rows: number, purpose: string): Numbers {
  const random = seededRandom(21, purpose);
  const table: Numbers = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(rows)]));
  for (let row = 0; row < rows; row++) {
    const far = random.next() < 0.15 ? 4 : 0;
    const x = random.normal() + far;
    const values = [x, 0.6 * x + random.normal(), x * x + 0.3 * random.normal(), far + random.normal()];
    NAMES.forEach((name, at) => {
      if (table[name]) table[name][row] = values[at] ?? 0;
    });
  }
  return table;
}

const picked = (table: Numbers, rows: ArrayLike<number>): Numbers =>
  Object.fromEntries(
    Object.entries(table).map(([name, column]) => [name, Float64Array.from(rows, (row) => column[row] ?? 0)]),
  );
const every = (rows: number, pick: (row: number) => number): number[] =>
  Array.from({ length: rows }, (_, row) => pick(row));

const reference = realRows(ROWS, "real");
const fresh = realRows(ROWS, "fresh");
/** Every other row is one of five. */
const flood = picked(
  fresh,
  every(ROWS, (row) => (row % 2 === 0 ? row % 10 : row)),
);
/** Of every other row each column comes from another row. */
const random = seededRandom(3, "broken");
const shuffled = Object.fromEntries(
  Object.entries(fresh).map(([name, column]) => [
    name,
    picked({ column }, shuffledIndices(ROWS, random)).column,
  ]),
);
const broken = Object.fromEntries(
  NAMES.map((name) => [name, every(ROWS, (row) => (row % 2 === 0 ? shuffled : fresh)[name]?.[row] ?? 0)]),
);
const withoutMode = picked(
  fresh,
  every(ROWS, (row) => row).filter((row) => (fresh.x?.[row] ?? 0) < 2.5),
);

const channel = (name: string, purpose: HarmChannel["purpose"], margin: number): HarmChannel => ({
  purpose,
  channel: name,
  subject: null,
  value: 2 * margin,
  low: 2 * margin,
  high: 2 * margin,
  nullHigh: 0,
  nullSd: 0,
  margin,
  eligible: true,
  rowsNeeded: null,
});
const NATS = channel("tree_nats", "generative", 0.05);
/** What a check would say: which channels count. */
const HARM: HarmResult = {
  channels: [channel("mean", "predictive", Math.log(1.1)), NATS],
  copies: { ofCandidate: 0, ofReference: 0 },
  trainedRows: 400,
  testedRows: 500,
};

async function foundOf(candidate: MemoryTable, more: Partial<Found> = {}): Promise<Found> {
  const { frame, ...tables } = await summariesOf({ reference, candidate });
  return {
    tables,
    frame,
    harm: HARM,
    measured: [],
    localization: null,
    purposes: ["predictive", "generative"],
    target: "curve",
    confidence: null,
    prices: null,
    seed: 1,
    ...more,
  };
}

const flagging = (flags: (row: number) => boolean): Localization => ({
  report: { found: "rows", method: "joint", flagged: ROWS / 2, fdr: 0.1, items: [], map: [] },
  flagged: { rows: ROWS, size: ROWS / 2, has: flags },
});

const byName = (left: { action: string }, right: { action: string }): number =>
  left.action < right.action ? -1 : 1;
const byAction = (all: readonly Recommendation[], action: Recommendation["action"]) =>
  all.find((one) => one.action === action);

describe("of a flood of copies", () => {
  let all: readonly Recommendation[] = [];
  let found: Found;
  beforeAll(async () => {
    found = await foundOf(flood, { prices: { currency: "EUR", real_row: 2, training_run: 900 } });
    all = recommend(found).recommendations;
  });

  test("de-duplication helps, and leaves less than half of the harm", () => {
    const one = byAction(all, "deduplicate");
    expect(one).toMatchObject({ helps: true, rows: { kept: ROWS / 2 + 5, added: 0 }, cost: { amount: 0 } });
    expect(one?.after?.value).toBeLessThan(0.5 * (one?.before.value ?? 0));
    expect(one?.effect?.high).toBeLessThan(0);
    expect(one?.says).toBe("Keep one of each row: 495 rows repeat another (50 %).");
  });

  test("real rows cost what the user pays for them, and training anyway a run", () => {
    const mixed = byAction(all, "mix_real");
    expect(mixed?.cost).toEqual({ amount: 2 * (mixed?.rows.added ?? 0), currency: "EUR" });
    expect(byAction(all, "regenerate")?.cost).toBeNull();
    expect(byAction(all, "stop")).toMatchObject({ parameters: { chance: 1, expected_loss: 900 } });
    expect(byAction(all, "stop")?.says).toContain("expected to lose 900 EUR");
  });

  test("all are at most six, valid, numbered from 1, and only what was tried can help", () => {
    expect(all.map(({ id }) => id)).toEqual(all.map((_, at) => at + 1));
    expect(all.length).toBeLessThanOrEqual(6);
    for (const one of all) {
      expect(recommendationSchema.parse(one)).toEqual(one);
      expect(one.helps).toBe(one.effect !== null && one.effect.high < 0);
    }
    for (const action of ["regenerate", "stop"] as const)
      expect(byAction(all, action)).toMatchObject({ after: null, effect: null, helps: false });
  });

  test("the same seed recommends the same, to the last digit; and without prices nothing has a cost", () => {
    const again = recommend({ ...found, prices: null }).recommendations;
    const bare = (some: readonly Recommendation[]) =>
      some.map(({ action, before, after, effect }) => ({ action, before, after, effect }));
    expect(bare(again).toSorted(byName)).toEqual(bare(all).toSorted(byName));
    expect(again.map(({ cost }) => cost)).toEqual(again.map(() => null));
  });
});

test("where the check's interval lies across its margin, training anyway loses a part of a run", async () => {
  const few = picked(
    flood,
    every(60, (row) => row),
  );
  const found = await foundOf(few, { prices: { currency: "EUR", training_run: 1_000 } });
  const across = (value: number, low: number, high: number): number | undefined => {
    const { margin } = NATS;
    const channels = [{ ...NATS, value: value * margin, low: low * margin, high: high * margin }];
    const all = recommend({ ...found, harm: { ...HARM, channels } }).recommendations;
    return byAction(all, "stop")?.parameters.expected_loss;
  };
  expect(across(1.5, 0.5, 3)).toBeCloseTo(725);
  expect(across(0.5, 0, 1.5)).toBeCloseTo(275);
  expect(across(0.5, 0, 0.9)).toBe(0);
});

test("of rows whose columns are torn apart, dropping them helps, and dropping others does not", async () => {
  const found = await foundOf(broken, { localization: flagging((row) => row % 2 === 0) });
  const right = byAction(recommend(found).recommendations, "drop_flagged");
  expect(right).toMatchObject({ helps: true, rows: { kept: ROWS / 2, added: 0 } });
  expect(right?.after?.value).toBeLessThan(0.5 * (right?.before.value ?? 0));
  const wrong = recommend({ ...found, localization: flagging((row) => row % 2 === 1) }).recommendations;
  expect(byAction(wrong, "drop_flagged")?.helps ?? false).toBe(false);
});

test("of a lost mode, real rows help and no copying of what is there does", async () => {
  const all = recommend(await foundOf(withoutMode)).recommendations;
  expect(byAction(all, "oversample_tails")?.helps).toBe(true);
  expect(byAction(all, "mix_real")?.helps).toBe(true);
  expect(byAction(all, "reweight")?.helps ?? false).toBe(false);
});

test("where no harm can be measured, or no rows are there to try on, nothing is said to help", async () => {
  const found = await foundOf(flood);
  const channels = found.harm.channels.map((channel) => ({ ...channel, eligible: false }));
  expect(recommend({ ...found, harm: { ...found.harm, channels } }).recommendations).toEqual([]);
  const few = await foundOf(
    picked(
      flood,
      every(60, (row) => row),
    ),
  );
  const { recommendations } = recommend({ ...found, tables: few.tables });
  expect(recommendations.map(({ action }) => action)).toEqual(["regenerate", "stop"]);
});
