import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import type { FeedbackRecord } from "../../contracts/feedback.ts";
import type { Database } from "../../contracts/ports.ts";
import { startDrainDatabase } from "../drain/testDrain.ts";
import { storeFeedback } from "./store.ts";
import {
  codeOf,
  everything,
  FeedbackWorld,
  operatorChunk,
  servedChunk,
  takeover,
  thumbs,
} from "./testFeedbackWorld.ts";

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

describe("what feedback is about", () => {
  it("is found while it waits in the outbox, after it was stored, and by its episode from either", async () => {
    const waiting = await world.act(event, { episodeId: "ep-1", step: 0 });
    expect(unwrap(await world.submit(thumbs(waiting)))).toMatchObject({ recorded: true, text: "stored" });
    const outcome = { type: "episode_outcome", episode_id: "ep-1", success: true };
    expect(unwrap(await world.submit(outcome))).toMatchObject({ recorded: true });
    await world.drain.drainAll();
    expect(unwrap(await world.submit(thumbs(waiting, "again")))).toMatchObject({ recorded: true });
    expect(unwrap(await world.submit({ ...outcome, reward: 1 }))).toMatchObject({ recorded: true });
    expect(await world.rows()).toMatchObject([
      { type: "thumbs", episode_id: "ep-1", model: "visual-servo", robot_type: "franka", platform: "arm" },
      { type: "episode_outcome", inference_id: null },
      { type: "thumbs" },
      { type: "episode_outcome" },
    ]);
  });

  it("is not found where it is another organization's or nobody's, with a pointer at the link", async () => {
    const theirs = await world.act(event, { episodeId: "ep-1" });
    const other = new FeedbackWorld(app);
    await other.setTier("research");
    for (const body of [
      thumbs(theirs),
      thumbs("inf_1"),
      { ...thumbs(theirs), type: "rating", rating: 1, thumbs: undefined },
    ])
      expect(await other.submit(JSON.parse(JSON.stringify(body)))).toMatchObject({
        failure: { code: "not_found", errors: [{ pointer: "/inference_id" }] },
      });
    await world.drain.drainAll();
    expect(codeOf(await other.submit(thumbs(theirs)))).toBe("not_found");
    const failure = { type: "failure", episode_id: "ep-1", category: "stuck" };
    expect(await other.submit(failure)).toMatchObject({
      failure: { code: "not_found", errors: [{ pointer: "/episode_id" }] },
    });
    expect(codeOf(await world.submit({ ...failure, inference_id: theirs, episode_id: "ep-2" }))).toBe(
      "not_found",
    );
  });

  it("is an open question while the outbox does not answer, and Postgres does not know it", async () => {
    const waiting = await world.act(event);
    world.outboxAway = true;
    expect(codeOf(await world.submit(thumbs(waiting)))).toBe("storage_unavailable");
    await world.drain.drainAll();
    expect(unwrap(await world.submit(thumbs(waiting)))).toMatchObject({ recorded: true });
  });

  it("is refused as an episode that several subjects share, unless one of its exchanges is named", async () => {
    const theirs = await world.setTier("research", SUBJECT);
    await world.act(event, { episodeId: "ep-1", step: 0 });
    const named = await world.act(theirs, { episodeId: "ep-1", step: 1, subjectRef: SUBJECT });
    const outcome = { type: "episode_outcome", episode_id: "ep-1", success: false };
    expect(codeOf(await world.submit(outcome))).toBe("conflict");
    expect(unwrap(await world.submit({ ...outcome, inference_id: named }))).toMatchObject({ recorded: true });
    expect(await world.rows()).toMatchObject([{ subject_ref: SUBJECT }]);
  });
});

describe("an intervention", () => {
  it("is kept as a correction of the chunk: as served up to the takeover, then the operator's", async () => {
    for (const stored of [false, true]) {
      const id = await world.act(event);
      if (stored) await world.drain.drainAll();
      const { id: given } = unwrap(await world.submit(takeover(id)));
      expect(unwrap(await world.read(given ?? "")).body).toEqual({
        at_step: 3,
        served_steps: 3,
        actions: [...servedChunk.slice(0, 3), ...operatorChunk],
        reason: "it went for the wrong cup",
      });
    }
  });

  it("that no gate would have served is refused and kept nowhere", async () => {
    const id = await world.act(event);
    expect(await world.submit(takeover(id, { actions: [[0, 0.5, 0, 0, 0, 0, 1]] }))).toMatchObject({
      failure: { code: "gate_action_vector", errors: [{ pointer: "/actions/0" }] },
    });
    expect(await world.rows()).toEqual([]);
  });
});

describe("consent", () => {
  it.each([
    ["none", "", { rows: 0, actions: false, text: false }],
    ["basic", "", { rows: 9, actions: false, text: false }],
    ["analytics", "", { rows: 9, actions: true, text: true }],
    ["research", SUBJECT, { rows: 9, actions: true, text: false }],
  ] as const)("at tier %s of subject '%s' keeps %o", async (tier, subjectRef, kept) => {
    await world.setTier("research", subjectRef);
    const id = await world.act(event, { episodeId: "ep", step: 0, subjectRef: subjectRef || null });
    await world.drain.drainAll();
    await world.setTier(tier, subjectRef);
    for (const body of everything(id)) {
      const answer = unwrap(await world.submit(body));
      expect([body.type, answer.recorded, answer.id !== null]).toEqual([
        body.type,
        kept.rows > 0,
        kept.rows > 0,
      ]);
    }
    const rows = await world.rows();
    const text = JSON.stringify(rows);
    expect(rows).toHaveLength(kept.rows);
    expect(text.includes("canary")).toBe(kept.text);
    expect(text.includes("0.02")).toBe(kept.actions);
    expect(text.includes("reward")).toBe(kept.actions);
    const incidents = await world.drain.query(sql`select rule_ids, model, robot_type from safety_incidents`);
    expect(incidents).toEqual(
      kept.rows === 0
        ? []
        : [
            {
              rule_ids: ["safety_report.near_miss", "severity.high"],
              model: "visual-servo",
              robot_type: "franka",
            },
          ],
    );
    if (kept.rows > 0) {
      expect(
        rows.map((row) => row.rating ?? row.success ?? row.severity).filter((value) => value !== null),
      ).toEqual([4, false, "high", true]);
    }
  });

  it("that falls between the answer's reading and its writing is what counts", async () => {
    const id = await world.act(event);
    await world.drain.drainAll();
    world.before = async (statements) => {
      if (statements.length === 2) await world.setTier("basic");
    };
    expect(unwrap(await world.submit(thumbs(id)))).toMatchObject({ consent_tier: "basic", text: "withheld" });
    world.before = async (statements) => {
      if (statements.length === 2) await world.setTier("none");
    };
    expect(unwrap(await world.submit(thumbs(id, "more")))).toMatchObject({
      recorded: false,
      reason: "consent",
    });
    expect(await world.rows()).toMatchObject([{ tier: "basic", body: {} }]);
  });

  it("of the key is a second bound", async () => {
    await world.drain.query(sql`insert into api_keys (id, organization_id, key_id, digest, pepper_version, hint, environment,
      scopes, name, max_tier) values (${world.keyId}, ${world.drain.organizationId}, ${world.keyId.slice(-8)}, '\\xab', 1,
      'hg_…', 'test', '{}', 'key', 'basic')`);
    const id = await world.act(event);
    expect(unwrap(await world.submit(thumbs(id)))).toMatchObject({ consent_tier: "basic", text: "withheld" });
    await world.drain.query(sql`update api_keys set max_tier = 'none' where id = ${world.keyId}`);
    expect(unwrap(await world.submit(thumbs(id, "more")))).toMatchObject({ recorded: false });
  });

  it("that was erased since the exchange keeps nothing more of it", async () => {
    const id = await world.act(event);
    await world.drain.query(sql`insert into erasures (organization_id, subject_ref, requested_at)
      values (${world.drain.organizationId}, '', ${new Date(world.drain.clock.now()).toISOString()})`);
    expect(unwrap(await world.submit(thumbs(id)))).toMatchObject({ recorded: false });
    expect(await world.rows()).toEqual([]);
  });

  it("shows what the tier that holds now keeps, and nothing of who withdrew", async () => {
    const id = await world.act(event);
    const { id: given } = unwrap(
      await world.submit({
        type: "intervention",
        inference_id: id,
        at_step: 1,
        actions: operatorChunk,
        reason: "r",
      }),
    );
    const seen = async () => {
      const { body, text } = unwrap(await world.read(given ?? ""));
      return [Object.keys(body).sort(), text];
    };
    expect(await seen()).toEqual([["actions", "at_step", "reason", "served_steps"], "stored"]);
    await world.setTier("basic");
    expect(await seen()).toEqual([[], "withheld"]);
    await world.setTier("none");
    expect(codeOf(await world.read(given ?? ""))).toBe("not_found");
    expect(unwrap(await world.list()).data).toEqual([]);
    expect(unwrap(await world.stats()).groups).toEqual([]);
    expect(unwrap(await world.remove(given ?? ""))).toEqual({ id: given, deleted: true });
    expect(await world.rows()).toEqual([]);
  });

  it("has no way round the seal into the store", () => {
    const unsealed = {} as FeedbackRecord;
    const store = () =>
      // @ts-expect-error only what functions/guard/seal has made may be stored
      storeFeedback({ organizationId: "", record: unsealed, madeAtMs: 0, incident: null });
    expect(store).toThrow();
  });
});

describe("a repetition", () => {
  it("is refused and names what holds it, also when both come at the same moment", async () => {
    const id = await world.act(event);
    const { id: first } = unwrap(await world.submit(thumbs(id)));
    const again = await world.submit({
      ...thumbs(id),
      occurred_at: new Date(world.drain.clock.now()).toISOString(),
    });
    expect(again).toMatchObject({
      failure: { code: "gate_duplicate", extensions: { rule: "duplicate.feedback", of: first } },
    });
    const answers = await Promise.all([1, 2, 3, 4].map(() => world.submit(thumbs(id, "all at once"))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.map(codeOf).filter((code) => code === "gate_duplicate")).toHaveLength(3);
    expect(await world.rows()).toHaveLength(2);
  });

  it("of what was stored although its answer was lost is one too", async () => {
    const id = await world.act(event);
    world.before = async (statements) => {
      world.drain.modes.postgres = statements.length === 2 ? "answers_lost" : "up";
    };
    expect(await world.submit(thumbs(id))).toMatchObject({ failure: { code: "storage_unavailable" } });
    world.drain.modes.postgres = "up";
    world.before = async () => undefined;
    expect(codeOf(await world.submit(thumbs(id)))).toBe("gate_duplicate");
    expect(await world.rows()).toHaveLength(1);
  });

  it("meets Postgres away with a problem that says when to come back", async () => {
    const id = await world.act(event);
    world.drain.modes.postgres = "away";
    const refused = [
      await world.submit(thumbs(id)),
      await world.list(),
      await world.stats(),
      await world.read("fb_1"),
    ];
    expect(refused.slice(0, 3)).toMatchObject(
      Array.from({ length: 3 }, () => ({ failure: { code: "storage_unavailable", retryAfterSeconds: 2 } })),
    );
    expect(codeOf(refused[3] ?? { ok: true })).toBe("not_found");
  });
});

describe("triage", () => {
  const report = async () => {
    const id = await world.act(event);
    const body = { type: "safety_report", inference_id: id, severity: "critical", category: "collision" };
    return unwrap(await world.submit(body)).id ?? "";
  };

  it("goes only where it may, by those who may, and each step is in the audit log", async () => {
    const id = await report();
    expect(codeOf(await world.change(id, { version: 1, triage: "acknowledged" }, ["feedback:write"]))).toBe(
      "missing_scope",
    );
    for (const triage of ["open", "resolved", "dismissed"])
      expect(codeOf(await world.change(id, { version: 1, triage }))).toBe("conflict");
    expect(unwrap(await world.change(id, { version: 1, triage: "acknowledged" }))).toMatchObject({
      version: 2,
    });
    const resolved = await world.change(id, { version: 2, triage: "resolved", note: "gripper replaced" });
    expect(unwrap(resolved)).toMatchObject({
      triage: "resolved",
      version: 3,
      text: "stored",
      body: { category: "collision", note: "gripper replaced" },
    });
    for (const triage of ["open", "acknowledged", "dismissed"])
      expect(codeOf(await world.change(id, { version: 3, triage }))).toBe("conflict");
    expect(unwrap(await world.remove(id)).deleted).toBe(true);
    expect(codeOf(await world.remove(id))).toBe("not_found");
    expect(await world.audit()).toEqual([
      { action: "feedback.triage", target: id, detail: { from: "open", to: "acknowledged", note: "absent" } },
      {
        action: "feedback.triage",
        target: id,
        detail: { from: "acknowledged", to: "resolved", note: "stored" },
      },
      { action: "feedback.delete", target: id, detail: {} },
    ]);
    expect(await world.drain.query(sql`select id from safety_incidents`)).toHaveLength(1);
  });

  it("of an older version is refused, and so is the second of two at once", async () => {
    const id = await report();
    const step = { version: 1, triage: "acknowledged" };
    const both = await Promise.all([world.change(id, step), world.change(id, step)]);
    expect(both.map(codeOf).sort()).toEqual(["conflict", undefined]);
    expect(codeOf(await world.change(id, { version: 1, triage: "resolved" }))).toBe("conflict");
    expect(await world.audit()).toHaveLength(1);
  });

  it("of a named subject's report keeps no note, and a rating may be put right", async () => {
    const theirs = await world.setTier("research", SUBJECT);
    const inference_id = await world.act(theirs, { subjectRef: SUBJECT });
    const given = unwrap(
      await world.submit({ type: "safety_report", inference_id, severity: "low", category: "other" }),
    );
    const noted = await world.change(given.id ?? "", { version: 1, triage: "acknowledged", note: "canary" });
    expect(unwrap(noted)).toMatchObject({ text: "withheld", body: { category: "other" } });
    expect(JSON.stringify([await world.rows(), await world.audit()])).not.toContain("canary");

    const rating = unwrap(await world.submit({ type: "rating", inference_id, rating: 2 })).id ?? "";
    expect(unwrap(await world.change(rating, { version: 1, rating: 5 }))).toMatchObject({
      rating: 5,
      version: 2,
    });
    expect(await world.change(rating, { version: 2, triage: "acknowledged" })).toMatchObject({
      failure: { code: "invalid_request", errors: [{ pointer: "/triage" }] },
    });
    expect(await world.change(given.id ?? "", { version: 2, rating: 1 })).toMatchObject({
      failure: { code: "invalid_request", errors: [{ pointer: "/rating" }] },
    });
  });
});
