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

/** How who owns so many of them asks an index of 100,000 vectors. */
async function settingsFor(owned: number) {
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
  const { efSearch, iterates } = planned.value.plan.settings;
  return { efSearch, iterates, again: planned.value.otherwise !== null };
}

test("who owns all asks for the candidates of the setting, and goes on only where they were too few", async () => {
  expect(await settingsFor(100_000)).toEqual({ efSearch: 80, iterates: false, again: true });
});

test("who owns a share asks for more candidates, and goes on at once", async () => {
  expect(await settingsFor(11_000)).toEqual({ efSearch: 4 * 100, iterates: true, again: false });
});
