import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Cell, foundNeighbor, openPatientCell } from "./support/cell.ts";
import { act, ask, idOf, makeKey, recordOf } from "./support/client.ts";
import { tracesOf } from "./support/traces.ts";

// The loop closes: what people say about an answer finds it, at once, and consent rules over it too.

let cell: Cell;
beforeAll(async () => {
  // The outbox drains late, so that feedback finds its exchange there and not in Postgres.
  cell = await openPatientCell({ OUTBOX_DRAIN_DELAY_MS: "8000" });
});
afterAll(() => cell?.close());

const submit = (body: unknown, key = cell.stack.key, headers: Readonly<Record<string, string>> = {}) =>
  ask(`${cell.stack.url}/v1/feedback`, { key, method: "POST", body, headers });
const list = (query: string, key = cell.stack.key) => ask(`${cell.stack.url}/v1/feedback?${query}`, { key });
const storedFeedback = () => cell.asOwner(sql`select id from feedback`);
const chunkOf = (body: Readonly<Record<string, unknown>>) => z.array(z.array(z.number())).parse(body.actions);

describe("what was said about an answer", () => {
  test("finds it while it waits in the outbox, is listed, and counts", async () => {
    const episode = `episode-${randomBytes(6).toString("hex")}`;
    const answer = await act(cell.stack.url, cell.stack.key, { episode_id: episode, step: 0 });
    expect(recordOf(answer).recorded).toBe(true);
    const served = chunkOf(answer.body);
    const operator = served.slice(0, 2);
    const intervention = {
      type: "intervention",
      inference_id: idOf(answer),
      at_step: 3,
      actions: operator,
      reason: "it went for the wrong cup",
    };
    const key = { "idempotency-key": randomBytes(8).toString("hex") };
    const first = await submit(intervention, cell.stack.key, key);
    expect(await cell.asOwner(sql`select id from inferences where episode_id = ${episode}`)).toEqual([]);
    expect([first.status, first.body]).toMatchObject([201, { recorded: true, text: "stored" }]);
    // The answer is kept for repetitions just behind the one that left; until then they hear 409.
    await expect.poll(async () => (await submit(intervention, cell.stack.key, key)).body).toEqual(first.body);
    const anew = await submit(intervention);
    expect([anew.status, anew.body.code, anew.body.of]).toEqual([422, "gate_duplicate", idOf(first)]);
    const outcome = await submit({ type: "episode_outcome", episode_id: episode, success: true, steps: 8 });
    expect(outcome.status).toBe(201);

    const listed = z
      .object({ data: z.array(z.looseObject({ type: z.string() })) })
      .parse((await list(`episode_id=${episode}`)).body).data;
    expect(listed.map(({ type }) => type)).toEqual(["episode_outcome", "intervention"]);
    expect(listed[1]).toMatchObject({
      id: idOf(first),
      body: { at_step: 3, served_steps: 3, actions: [...served.slice(0, 3), ...operator] },
    });
    await expect
      .poll(
        async () => (await ask(`${cell.stack.url}/v1/feedback/stats?group_by=robot`, cell.stack)).body.groups,
        {
          timeout: 20_000,
        },
      )
      .toMatchObject([
        {
          group: "franka",
          feedback: 2,
          exchanges: 1,
          interventions: { count: 1, per_100_exchanges: 100 },
          episodes: { success_rate: 1 },
        },
      ]);
  });

  test("is of another organization's exchange: there is none", async () => {
    const neighbor = await foundNeighbor(cell);
    const answer = await act(cell.stack.url, cell.stack.key);
    const rating = { type: "rating", inference_id: idOf(answer), rating: 5 };
    const theirs = await submit(rating, neighbor.key);
    expect([theirs.status, theirs.body]).toMatchObject([
      404,
      { code: "not_found", errors: [{ pointer: "/inference_id" }] },
    ]);
    const ours = await submit(rating);
    expect(ours.status).toBe(201);
    const one = `${cell.stack.url}/v1/feedback/${idOf(ours)}`;
    expect((await ask(one, cell.stack)).status).toBe(200);
    for (const method of ["GET", "DELETE"])
      expect((await ask(one, { key: neighbor.key, method })).status).toBe(404);
    expect((await list("", neighbor.key)).body.data).toEqual([]);
    const report = {
      ...rating,
      type: "safety_report",
      rating: undefined,
      severity: "high",
      category: "collision",
    };
    const reported = await submit(report);
    const triage = { version: 1, triage: "acknowledged" };
    const patch = { method: "PATCH", body: triage };
    const path = `${cell.stack.url}/v1/feedback/${idOf(reported)}`;
    const member = await makeKey(cell.stack, {});
    expect((await ask(path, { key: member.key, ...patch })).body.code).toBe("missing_scope");
    expect((await ask(path, { key: cell.stack.adminKey, ...patch })).body.triage).toBe("acknowledged");
  });

  test("is kept nowhere of a subject who has withdrawn", async () => {
    const canary = () => `canary${randomBytes(9).toString("hex")}`;
    const subject = canary();
    const consent = (tier: string) =>
      ask(`${cell.stack.url}/v1/consent/${subject}`, {
        key: cell.stack.adminKey,
        method: "PUT",
        body: { tier },
      });
    expect((await consent("research")).status).toBe(200);
    const answer = await act(cell.stack.url, cell.stack.key, { subject });
    expect(recordOf(answer).recorded).toBe(true);
    const kept = await submit({
      type: "thumbs",
      inference_id: idOf(answer),
      thumbs: "up",
      comment: canary(),
    });
    expect(kept.body).toMatchObject({ recorded: true, text: "withheld" });
    expect((await list(`inference_id=${idOf(answer)}`)).body.data).toHaveLength(1);

    expect((await consent("none")).status).toBe(200);
    const before = await storedFeedback();
    const comment = canary();
    const withdrawn = await submit({ type: "thumbs", inference_id: idOf(answer), thumbs: "down", comment });
    expect([withdrawn.status, withdrawn.body]).toMatchObject([
      200,
      { id: null, recorded: false, reason: "consent" },
    ]);
    expect(await storedFeedback()).toEqual(before);
    expect((await list(`inference_id=${idOf(answer)}`)).body.data).toEqual([]);
    expect(tracesOf([comment, subject], cell.stack.dataDir, cell.lines)).toEqual([]);
  });
});
