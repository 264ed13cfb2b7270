import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import type { Database } from "../../contracts/ports.ts";
import { startDrainDatabase } from "../drain/testDrain.ts";
import { codeOf, FeedbackWorld, operatorChunk } from "./testFeedbackWorld.ts";

const SUBJECT = "ab".repeat(32);

let app: Database;
let embedded: TestDatabase;
let world: FeedbackWorld;
let event: string;

beforeAll(async () => {
  ({ app, embedded } = await startDrainDatabase());
}, 60_000);
afterAll(() => embedded?.remove());
beforeEach(async () => {
  world = new FeedbackWorld(app);
  event = await world.setTier("research");
});

describe("the list", () => {
  it("pages through everything once, newest first, and filters by what it is about", async () => {
    const one = await world.act(event, { episodeId: "ep-1" });
    const two = await world.act(event, { robotType: "aloha" });
    for (const [index, id] of [one, two, one, two, one].entries()) {
      unwrap(await world.submit({ type: "rating", inference_id: id, rating: index + 1 }));
    }
    const seen: (number | null)[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: { rating: number | null }[]; next_cursor: string | null } = unwrap(
        await world.list({ limit: 2, ...(cursor === null ? {} : { cursor }) }),
      );
      seen.push(...page.data.map(({ rating }) => rating));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
    const count = async (query: object) => unwrap(await world.list({ ...query })).data.length;
    expect(await count({ inference_id: one })).toBe(3);
    expect(await count({ episode_id: "ep-1" })).toBe(3);
    expect(await count({ robot_type: "aloha" })).toBe(2);
    expect(await count({ type: "thumbs" })).toBe(0);
    expect(
      await count({ model: "visual-servo", from: new Date(world.drain.clock.now()).toISOString() }),
    ).toBe(1);
    expect(await count({ to: new Date(world.drain.clock.now()).toISOString() })).toBe(4);
    expect(codeOf(await world.list({ cursor: "x" }))).toBe("invalid_request");
    const other = new FeedbackWorld(app);
    expect(unwrap(await other.list()).data).toEqual([]);
  });
});

describe("statistics", () => {
  it("count what the tier that holds now counts, with values from analytics on, beside all exchanges", async () => {
    const theirs = await world.setTier("research", SUBJECT);
    const first = await world.act(event, { episodeId: "ep-1", step: 0 });
    await world.act(event, { episodeId: "ep-1", step: 8 });
    const named = await world.act(theirs, { subjectRef: SUBJECT, robotType: "aloha" });
    await world.drain.drainAll();
    for (const body of [
      { type: "rating", inference_id: first, rating: 2 },
      { type: "rating", inference_id: first, rating: 5 },
      { type: "rating", inference_id: named, rating: 1 },
      { type: "thumbs", inference_id: first, thumbs: "up" },
      { type: "episode_outcome", episode_id: "ep-1", success: true },
      { type: "intervention", inference_id: first, at_step: 1, actions: operatorChunk },
      { type: "safety_report", inference_id: first, severity: "low", category: "other" },
    ])
      unwrap(await world.submit(body));
    await world.setTier("basic", SUBJECT);

    const byPlatform = unwrap(await world.stats({ group_by: "platform" })).groups;
    expect(byPlatform).toMatchObject([
      {
        group: "arm",
        exchanges: 2,
        feedback: 6,
        ratings: { count: 2, valued: 2, mean: 3.5 },
        thumbs: { count: 1, valued: 1, up_share: 1 },
        episodes: { count: 1, successes: 1, success_rate: 1 },
        interventions: { count: 1, per_100_exchanges: 50 },
        safety_reports: { open: 1, acknowledged: 0, resolved: 0, dismissed: 0 },
      },
      { group: "bimanual", exchanges: 1, ratings: { count: 1, valued: 0, mean: null } },
    ]);
    expect(byPlatform[0]?.episodes.success_interval?.low).toBeCloseTo(0.2065, 4);
    const groups = async (group_by: string) =>
      unwrap(await world.stats({ group_by })).groups.map(({ group, exchanges, feedback }) => [
        group,
        exchanges,
        feedback,
      ]);
    expect(await groups("robot")).toEqual([
      ["aloha", 1, 1],
      ["franka", 2, 6],
    ]);
    expect(await groups("model")).toEqual([["visual-servo", 3, 7]]);
    expect(await groups("arm")).toEqual([[null, 3, 7]]);
    expect(await groups("type")).toEqual([
      ["episode_outcome", 3, 1],
      ["intervention", 3, 1],
      ["rating", 3, 3],
      ["safety_report", 3, 1],
      ["thumbs", 3, 1],
    ]);
    await world.setTier("none", SUBJECT);
    expect(await groups("robot")).toEqual([["franka", 2, 6]]);
    const old = { from: "2020-01-01T00:00:00Z", to: "2020-02-01T00:00:00Z" };
    expect(unwrap(await world.stats(old)).groups).toEqual([]);
    expect(codeOf(await world.stats({ from: old.to, to: old.from }))).toBe("invalid_request");
  });
});
