import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { type Cell, type StoredRow, storedRows } from "./cell.ts";
import { type Answer, ask, idOf, type ListedRow, listAll, observation, recordOf } from "./client.ts";

/** One call of a robot's client, with what it was told. Nothing is repeated. */
export interface Told extends Answer {
  readonly episodeId: string;
  readonly step: number;
  readonly organization: string;
}

export interface Caller {
  readonly url: string;
  readonly key: string;
  /** A name for whose key it is. */
  readonly organization: string;
}

export interface LoadOptions {
  readonly callers: readonly Caller[];
  /** Pause of each caller between its calls, in milliseconds. */
  readonly pauseMs: number;
  /** Least number of calls; it goes on until `work` is done too. */
  readonly atLeast?: number;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** Keeps robots calling while `work` happens, and answers what each was told. */
export async function underLoad(
  { callers, pauseMs, atLeast = 0, changes = {} }: LoadOptions,
  work: () => Promise<unknown>,
): Promise<Told[]> {
  const told: Told[] = [];
  let working = true;
  const loop = async (caller: Caller) => {
    while (working || told.length < atLeast) {
      told.push(await actAndNote(caller, changes));
      await pause(pauseMs);
    }
  };
  const loops = Promise.all(callers.map(loop));
  try {
    await work();
  } finally {
    working = false;
    await loops;
  }
  return told;
}

/** One `POST /v1/act` with an observation like no other, noted with what it was about. */
export async function actAndNote(
  { url, key, organization }: Caller,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Told> {
  const body = observation(changes);
  const answer = await ask(`${url}/v1/act`, { key, method: "POST", body });
  return { ...answer, episodeId: String(body.episode_id), step: body.step, organization };
}

export const isRecorded = (answer: Answer): boolean => recordOf(answer).recorded === true;

const ARRIVES_WITHIN_MS = 30_000;
const nameOf = ({ episode_id: episode, step }: StoredRow | ListedRow): string => `${episode} ${step}`;

/**
 * Waits until every exchange that was called recorded has its row, then counts: exactly one each, by the
 * owner's SQL and by paging the API; and no row that nobody asked for, or that belongs to somebody else.
 */
export async function expectEachStoredOnce(
  { asOwner }: Pick<Cell, "asOwner">,
  told: readonly Told[],
  readers: readonly Caller[],
): Promise<{ readonly recorded: number; readonly unanswered: number }> {
  const recorded = told.filter(isRecorded);
  const episodes = new Set(told.map(({ episodeId }) => episodeId));
  const rowsNow = async () =>
    (await storedRows(asOwner)).filter((row) => row.episode_id !== null && episodes.has(row.episode_id));
  const missing = async () => {
    const ids = new Set((await rowsNow()).map(({ id }) => id));
    return recorded.filter((answer) => !ids.has(idOf(answer))).length;
  };
  await expect.poll(missing, { timeout: ARRIVES_WITHIN_MS, interval: 200 }).toBe(0);

  const asked = new Map(told.map((each) => [`${each.episodeId} ${each.step}`, each]));
  const rows = (await rowsNow()).filter((row) => asked.has(nameOf(row)));
  expect(rows.length).toBe(new Set(rows.map(({ id }) => id)).size);
  expect(rows.length).toBe(new Set(rows.map(nameOf)).size);
  for (const row of rows) {
    const answer = asked.get(nameOf(row));
    // Where no answer came the exchange may be kept, and where one came it must name this very row.
    if (answer !== undefined && isRecorded(answer)) expect(row.id).toBe(idOf(answer));
  }
  for (const reader of readers) {
    const own = new Set(
      told
        .filter(({ organization }) => organization === reader.organization)
        .map((each) => `${each.episodeId} ${each.step}`),
    );
    const listed = (await listAll(reader.url, reader.key)).filter((row) => asked.has(nameOf(row)));
    expect(listed.filter((row) => !own.has(nameOf(row)))).toEqual([]);
    expect(listed.length).toBe(rows.filter((row) => own.has(nameOf(row))).length);
  }
  return { recorded: recorded.length, unanswered: told.filter(({ status }) => status === 0).length };
}
