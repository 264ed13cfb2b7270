import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { DIGESTS } from "./digestCounts.ts";
import { type DigestKeeper, keepDigests } from "./keepDigests.ts";

const random = seededRandom(21, "digests");
const rows = Array.from({ length: 140_000 }, () => ({
  digest: Math.floor(random.next() * DIGESTS),
  bucket: random.whole(64),
}));

function kept(rows: readonly { digest: number; bucket: number }[]): DigestKeeper {
  const keeper = keepDigests();
  for (const { digest, bucket } of rows) keeper.add(digest, bucket, 1);
  return keeper;
}

test("which digests are kept of too many depends on none being first", () => {
  const forward = kept(rows);
  expect(forward.share).toBe(0.25);
  const counts = forward.counts();
  expect(kept([...rows].reverse()).counts()).toEqual(counts);
  expect(kept([...rows].sort((a, b) => a.bucket - b.bucket)).counts()).toEqual(counts);
});

test("every digest below the share is kept, and none above it", () => {
  const all = kept(rows)
    .counts()
    .flatMap(({ digests }) => [...digests]);
  const expected = rows.map(({ digest }) => digest).filter((digest) => digest < DIGESTS / 4);
  expect(all.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
});

test("one row that is repeated for ever stays one digest of each bucket, and is kept", () => {
  const keeper = kept(Array.from({ length: 100_000 }, (_, row) => ({ digest: 2 ** 51, bucket: row % 64 })));
  expect(keeper.share).toBe(1);
  expect(keeper.counts().reduce((sum, { rows: counted }) => sum + (counted[0] ?? 0), 0)).toBe(100_000);
});
