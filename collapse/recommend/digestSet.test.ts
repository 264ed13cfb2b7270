import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { digestSet } from "./digestSet.ts";

test("a digest is new once, through several growths, and among neighbors that fall into one slot", () => {
  const random = seededRandom(5, "digests");
  const digests = [
    ...Array.from({ length: 80_000 }, () => random.whole(2 ** 52)),
    ...Array.from({ length: 50 }, (_, at) => at * 2 ** 30),
  ];
  const seen = digestSet();
  const wanted = new Set<number>();
  for (const digest of [...digests, ...digests]) {
    if (seen.add(digest) === wanted.has(digest)) throw new Error(`${digest} is new and old`);
    wanted.add(digest);
  }
  expect(wanted.size).toBeGreaterThan(80_000);
});
