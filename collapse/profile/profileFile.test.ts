import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { summariesOf } from "../testTables.ts";
import { decodeProfile } from "./decodeProfile.ts";
import { encodeProfile } from "./encodeProfile.ts";
import type { Learned } from "./learned.ts";
import { isSealed, seal, unseal } from "./sealed.ts";

const ROWS = 400;

let learned: Learned;
let bytes: Uint8Array;
beforeAll(async () => {
  const random = seededRandom(1, "profile");
  const numbers = Array.from({ length: ROWS }, () => random.normal());
  const reference = {
    a: numbers.map((value, row) => (row % 50 === 0 ? Number.NaN : value)),
    b: numbers.map((value) => (value > 2 ? Number.POSITIVE_INFINITY : value + random.normal())),
    shop: numbers.map((value) => (value > 1 ? null : `shop ${Math.floor(Math.abs(value) * 4)}`)),
    grade: numbers.map((value) => Math.round(value)),
  };
  const kinds = { grade: "level" } as const;
  const {
    frame,
    plan,
    reference: summary,
  } = await summariesOf({ reference, candidate: reference }, 3, { kinds });
  learned = { plan, frame, summary, seed: 3, savedFrom: null };
  bytes = encoded(ROWS);
});

function encoded(sampledRows: number): Uint8Array {
  const made = encodeProfile(learned, { files: ["real.csv"], sampledRows });
  if (made === null) throw new Error("too large");
  return made;
}

function read(file: Uint8Array): Learned {
  const outcome = decodeProfile(file);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

const reasonOf = (file: Uint8Array): string => {
  const outcome = decodeProfile(file);
  if (outcome.ok) return "read";
  return outcome.failure.kind === "damaged" ? outcome.failure.reason : outcome.failure.kind;
};

describe("a profile", () => {
  test("with all its rows comes back to the last bit, and the same is written twice", () => {
    expect(read(bytes)).toEqual({ ...learned, savedFrom: ["real.csv"] });
    expect(encoded(ROWS)).toEqual(bytes);
  });

  test("without rows keeps every count, and no value of a row", () => {
    const { summary } = read(encoded(0));
    expect(summary.buckets).toEqual(learned.summary.buckets);
    expect(summary.sample.rows).toBe(0);
    expect(summary.parts?.map(({ rows }) => rows)).toEqual([192, 192]);
    expect(encoded(0).length).toBeLessThan(bytes.length);
  });

  test("with some rows keeps the first ones of the sample, which are a sample themselves", () => {
    const { sample } = read(encoded(20)).summary;
    expect([...sample.index]).toEqual([...learned.summary.sample.index.subarray(0, 20)]);
    expect(sample.encoded).toEqual(learned.summary.sample.encoded.subarray(0, sample.encoded.length));
  });
});

describe("bytes that are no whole profile are refused, never an exception:", () => {
  test("cut anywhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(decodeProfile(bytes.subarray(0, length)).ok).toBe(false);
      }),
    );
  });

  test("any byte changed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const changed = bytes.slice();
          changed[at] = (changed[at] ?? 0) ^ by;
          expect(decodeProfile(changed).ok).toBe(false);
        },
      ),
    );
  });

  test("anything at all behind the mark", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
        const file = Uint8Array.from([...bytes.subarray(0, 8), ...rest]);
        expect([isSealed(file), decodeProfile(file).ok]).toEqual([true, false]);
      }),
    );
  });

  test("of a later version, which is said", () => {
    const later = bytes.slice();
    later[8] = 2;
    expect(decodeProfile(later)).toMatchObject({ failure: { kind: "too_new", version: 2 } });
  });
});

describe("a profile that was sealed anew around something else", () => {
  const opened = () => {
    const unsealed = unseal(bytes);
    if (!unsealed.ok) throw new Error("sealed wrongly");
    return unsealed.value;
  };

  test.each([
    [
      "more variables than numbers",
      (header: Words) => ({ ...header, variables: [...header.variables, header.variables[0]] }),
    ],
    ["a column that is not there", (header: Words) => ({ ...header, pairs: [[0, 99]] })],
    ["rows by the billion", (header: Words) => ({ ...header, sampled: 4e9 })],
    ["no header", () => ({})],
    ["words of another version", (header: Words) => ({ ...header, more: 1 })],
  ])("%s is refused", (_, change) => {
    const { header, numbers } = opened();
    expect(reasonOf(seal(change(wordsOf(header)), numbers))).not.toBe("read");
  });

  test("any number changed is refused, or read without an exception", () => {
    const { header, numbers } = opened();
    const anything = fc.oneof(fc.double(), fc.constantFrom(-1, 0.5, 1e300, 65_536, 2 ** 32));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: numbers.length - 1 }), anything, (at, value) => {
        const changed = numbers.slice();
        changed[at] = value;
        decodeProfile(seal(wordsOf(header), changed));
      }),
      { numRuns: 25 },
    );
  });

  test("counts that do not add up are refused", () => {
    const { summary } = learned;
    const [bucket] = summary.buckets;
    if (bucket === undefined) throw new Error("no bucket");
    const wrong = { ...bucket, rows: bucket.rows + 1 };
    const made = encodeProfile(
      {
        ...learned,
        summary: { ...summary, rows: summary.rows + 1, buckets: [wrong, ...summary.buckets.slice(1)] },
      },
      { files: [], sampledRows: 0 },
    );
    expect(made && reasonOf(made)).toBe("its counts do not add up");
  });

  test("that would unpack to more than it states is not unpacked", () => {
    const { header, numbers } = opened();
    const file = seal(wordsOf(header), numbers);
    // The number of numbers, lowered, with the checksum made to hold.
    expect(reasonOf(resealed(file, 1))).toBe("its content cannot be unpacked");
    expect(reasonOf(resealed(file, 2 ** 31))).toBe("it states sizes that no profile has");
  });
});

interface Words {
  readonly variables: readonly unknown[];
}
const wordsOf = (header: unknown): Words => {
  if (typeof header !== "object" || header === null || !("variables" in header)) throw new Error("no header");
  return { ...header, variables: Array.isArray(header.variables) ? header.variables : [] };
};

/** The file with another number of numbers stated, and a checksum that holds. */
function resealed(file: Uint8Array, numbers: number): Uint8Array {
  const changed = file.slice();
  new DataView(changed.buffer).setUint32(16, numbers, true);
  const digest = createHash("sha256").update(changed.subarray(8, 24)).update(changed.subarray(56)).digest();
  changed.set(digest, 24);
  return changed;
}
