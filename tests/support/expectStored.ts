import { expect } from "vitest";
import { type Cell, storedRows } from "./cell.ts";
import { listAll } from "./client.ts";
import { type Caller, type Count, countRecords, strangersAmong, type Told } from "./load.ts";

const ARRIVES_WITHIN_MS = 30_000;

/**
 * Waits until every exchange that was called recorded has its row, then counts: exactly one each, by the
 * owner's SQL and by paging the API as each reader; and nothing that belongs to somebody else.
 */
export async function expectEachStoredOnce(
  { asOwner }: Pick<Cell, "asOwner">,
  told: readonly Told[],
  readers: readonly Caller[],
): Promise<Count> {
  const count = async () => countRecords(told, await storedRows(asOwner));
  await expect
    .poll(async () => (await count()).missing, { timeout: ARRIVES_WITHIN_MS, interval: 200 })
    .toBe(0);
  const counted = await count();
  expect(counted).toMatchObject({ missing: 0, doubled: 0, misnamed: 0 });
  for (const { url, key, organization } of readers) {
    const own = told.filter((each) => each.organization === organization);
    const listed = await listAll(url, key);
    expect(strangersAmong(listed, told, organization)).toBe(0);
    expect(countRecords(own, listed)).toEqual(countRecords(own, await storedRows(asOwner)));
  }
  return counted;
}
