import { setTimeout as pause } from "node:timers/promises";
import { type Answer, ask, observation, recordOf } from "./client.ts";

/** One call of a robot's client, with what it was told. Nothing is repeated. */
export interface Told extends Answer {
  /** Names the exchange: no other call has it. */
  readonly name: string;
  readonly organization: string;
}

export interface Caller {
  readonly url: string;
  readonly key: string;
  /** A name for whose key it is. */
  readonly organization: string;
}

export interface LoadOptions {
  /** One per connection. */
  readonly callers: readonly Caller[];
  /** Pause of each caller between its calls, in milliseconds. */
  readonly pauseMs: number;
  /** Least number of calls that are served; it goes on until `work` is done too. */
  readonly atLeast?: number;
}

/** Pause of a caller who was not served, in milliseconds: refusals are quick, and would be most of the load. */
const UNSERVED_PAUSE_MS = 50;

/** Keeps robots calling while `work` happens, and answers what each was told. */
export async function underLoad(
  { callers, pauseMs, atLeast = 0 }: LoadOptions,
  work: (served: () => number) => Promise<unknown>,
): Promise<Told[]> {
  const told: Told[] = [];
  let working = true;
  let least = atLeast;
  let served = 0;
  const loop = async (caller: Caller) => {
    while (working || served < least) {
      const one = await actAndNote(caller);
      told.push(one);
      if (one.status === 200) served += 1;
      await pause(one.status === 200 ? pauseMs : Math.max(pauseMs, UNSERVED_PAUSE_MS));
    }
  };
  const loops = Promise.all(callers.map(loop));
  try {
    await work(() => served);
  } catch (error) {
    least = 0;
    throw error;
  } finally {
    working = false;
    await loops;
  }
  return told;
}

const nameOf = (episode: unknown, step: unknown): string => `${String(episode)} ${String(step)}`;

/** One `POST /v1/act` with an observation like no other, noted with what it was about. */
export async function actAndNote(
  { url, key, organization }: Caller,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Told> {
  const body = observation(changes);
  const answer = await ask(`${url}/v1/act`, { key, method: "POST", body });
  return { ...answer, name: nameOf(body.episode_id, body.step), organization };
}

export const isRecorded = (answer: Answer): boolean => recordOf(answer).recorded === true;

/** A row, as the owner of the database or as the API tells of it. */
export interface CountedRow {
  readonly id: string;
  readonly episode_id: string | null;
  readonly step: number | null;
}

/** What became of the exchanges of a load. */
export interface Count {
  readonly calls: number;
  readonly unanswered: number;
  readonly recorded: number;
  /** Rows of these calls; more than `recorded` where an answer was lost on its way. */
  readonly rows: number;
  /** Exchanges that were called recorded and have no row. */
  readonly missing: number;
  /** Rows beyond the first of an exchange. */
  readonly doubled: number;
  /** Rows whose id is not the one that the answer named. */
  readonly misnamed: number;
  /** Rows of exchanges that were answered and not called recorded. */
  readonly unpromised: number;
}

/** Compares what callers were told with the rows that there are. */
export function countRecords(told: readonly Told[], stored: readonly CountedRow[]): Count {
  const asked = new Map(told.map((each) => [each.name, each]));
  const rows = stored.flatMap((row) => {
    const answer = asked.get(nameOf(row.episode_id, row.step));
    return answer === undefined ? [] : [{ id: row.id, answer }];
  });
  const kept = new Set(rows.map(({ answer }) => answer.name));
  const recorded = told.filter(isRecorded);
  return {
    calls: told.length,
    unanswered: told.filter(({ status }) => status === 0).length,
    recorded: recorded.length,
    rows: rows.length,
    missing: recorded.filter(({ name }) => !kept.has(name)).length,
    doubled: rows.length - kept.size,
    misnamed: rows.filter(({ id, answer }) => isRecorded(answer) && answer.body.id !== id).length,
    unpromised: rows.filter(({ answer }) => answer.status !== 0 && !isRecorded(answer)).length,
  };
}

/** Of rows that one organization can see, those that a caller of another one made. */
export function strangersAmong(
  listed: readonly CountedRow[],
  told: readonly Told[],
  organization: string,
): number {
  const asked = new Map(told.map((each) => [each.name, each]));
  return listed.filter((row) => {
    const answer = asked.get(nameOf(row.episode_id, row.step));
    return answer !== undefined && answer.organization !== organization;
  }).length;
}
