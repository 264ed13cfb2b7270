import { beforeEach, describe, expect, test } from "vitest";
import { done } from "../../contracts/outcome.ts";
import { settle } from "../../guard/leases/testWorld.ts";
import { observation, SessionWorld, STILL, said } from "./testSession.ts";

let cell: SessionWorld;

beforeEach(async () => {
  cell = await SessionWorld.make();
});

describe("the next socket of a session", () => {
  test("goes on at the next step, and is told the last chunk", async () => {
    const first = cell.open();
    await first.say(observation());
    await first.say(observation());
    first.session.end("lost");
    const second = cell.open();
    expect(said(second.sent[0])).toMatchObject({
      headgate: { step: 2, resumed: true, last_chunk: STILL.flat(), episode_id: cell.saved?.episodeId },
    });
    await second.say(observation());
    expect(cell.stepsRecorded).toEqual([0, 1, 2]);
    expect(new Set(cell.episodesRecorded).size).toBe(1);
  });

  test("begins anew where it comes too late, or asks for another episode", async () => {
    const first = cell.open();
    await first.say(observation());
    first.session.end("lost");
    const other = cell.open({ episodeId: "pick-7" });
    expect(said(other.sent[0])).toMatchObject({
      headgate: { episode_id: "pick-7", step: 0, resumed: false },
    });
    other.session.end("lost");
    await cell.world.clock.advance(60_001);
    expect(said(cell.open().sent[0])).toMatchObject({ headgate: { step: 0, resumed: false } });
  });
});

test("a socket that takes over waits for what the older one has under way, and goes on behind it", async () => {
  let finish = () => {};
  const waiting = new Promise<void>((resolve) => {
    finish = resolve;
  });
  cell.answer = async () => {
    await waiting;
    return done(STILL);
  };
  const older = cell.open();
  const first = older.say(observation());
  await settle();
  older.session.end("replaced");
  const newer = cell.open({}, older);
  await settle();
  expect(newer.sent).toEqual([]);
  finish();
  await first;
  await settle();
  expect(older.sent).toHaveLength(1);
  expect(said(newer.sent[0])).toMatchObject({ headgate: { step: 1, resumed: true } });
  await newer.say(observation());
  expect(cell.stepsRecorded).toEqual([0, 1]);
});

test("a frame that waits for its turn on a socket that ends meanwhile is not acted upon", async () => {
  const { say, session, inTurn } = cell.open();
  await settle();
  let finish = () => {};
  const busy = inTurn(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  const waiting = say(observation());
  session.end("replaced");
  finish();
  await Promise.all([busy, waiting]);
  expect(cell.entries).toEqual([]);
});

test("a client may count its steps itself", async () => {
  const { say, sent } = cell.open();
  await say(observation({ "headgate/step": 12 }));
  await say(observation());
  expect(cell.stepsRecorded).toEqual([12, 13]);
  expect(said(sent[2])).toMatchObject({ headgate: { step: 13 } });
});

describe("episode control", () => {
  const start = { __ctrl__: "episode_start", __experiment__: "x", __task__: "y", __episode_id__: 3 };

  test("is acknowledged as openpi does, and a new episode counts from 0", async () => {
    const { say, sent } = cell.open();
    await say(observation());
    await say(start);
    await say(observation());
    await say({ __ctrl__: "episode_end", __success__: true });
    await say(observation());
    await say({ __ctrl__: "dance" });
    expect([2, 4, 6].map((at) => said(sent[at]))).toEqual([
      { __ack__: "episode_start" },
      { __ack__: "episode_end" },
      { __ack__: "ignored" },
    ]);
    expect(cell.stepsRecorded).toEqual([0, 0, 0]);
    const names = cell.episodesRecorded;
    expect(new Set(names).size).toBe(3);
    expect(names[1]).toMatch(/^robot-1-3-/);
  });

  test("said again after a lost socket goes on; after an end it begins another", async () => {
    const { say, session } = cell.open();
    await say(start);
    await say(observation());
    session.end("lost");
    const again = cell.open();
    await again.say(start);
    await again.say(observation());
    await again.say({ __ctrl__: "episode_end", __success__: true });
    await again.say(start);
    await again.say(observation());
    expect(cell.stepsRecorded).toEqual([0, 1, 0]);
    const names = cell.episodesRecorded;
    expect(names.every((name) => name?.startsWith("robot-1-3-"))).toBe(true);
    expect(new Set(names).size).toBe(2);
  });
});
