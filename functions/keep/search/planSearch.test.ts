import { expect, test } from "vitest";
import { recordingMeter } from "../../../drizzle/testKit.ts";
import { done } from "../../contracts/outcome.ts";
import { TestClock, testConfiguration } from "../../guard/leases/testWorld.ts";
import { planSearch } from "./planSearch.ts";
import { createSearchMemory } from "./searchPorts.ts";

const query = {
  probe: { by: "text", text: "" },
  kind: "text",
  distance: "cosine",
  limit: 10,
  filter: {},
  include: undefined,
} as const;

/** The candidates that an index of 100,000 vectors is asked for by who owns so many of them. */
async function candidatesFor(owned: number): Promise<number> {
  const planned = await planSearch(
    "organization",
    query,
    {},
    {
      clock: new TestClock(0),
      meter: recordingMeter(),
      configuration: testConfiguration({ SEARCH_EF_SEARCH: 80 }),
      searchMemory: createSearchMemory(),
      runner: { infer: () => Promise.reject(new Error("no vector is asked for")) },
      database: {
        // Counts as far as it was asked to, as the statement does.
        forOrg: async (_, statements) => {
          const cap = statements[0]?.queryChunks.find((chunk) => typeof chunk === "number") ?? 0;
          return done([[{ own: Math.min(owned, 1 + Number(cap)), total: 100_000, index_kind: "hnsw" }]]);
        },
        platform: () => Promise.reject(new Error("nothing is asked across organizations")),
      },
    },
  );
  if (!planned.ok || planned.value.plan.by !== "index") throw new Error("an index was to be asked");
  return planned.value.plan.settings.efSearch;
}

test("who owns all is asked for no more candidates than the setting says, who owns a share for more", async () => {
  expect(await candidatesFor(100_000)).toBe(80);
  expect(await candidatesFor(11_000)).toBe(4 * 100);
});
