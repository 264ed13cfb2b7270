import type { Cell } from "../support/cell.ts";
import { type Answer, ask } from "../support/client.ts";
import { type ApiDocument, readApi } from "../support/openApi.ts";
import { buildRequests } from "../support/routeExamples.ts";
import { makeThings } from "../support/things.ts";
import { type BrokenRequest, breakRequest, type Subject } from "./breakRequest.ts";
import { type Draw, drawMany } from "./draw.ts";
import { complaintOf, wasGood } from "./judgeAnswer.ts";

/** Requests under way at once. */
const LANES = 4;
/** Requests that are drawn, and held in memory, at once; those behind them are drawn from the next seed. */
const DRAWN = 500;
/** Of the requests so many may turn out to be good ones. */
const GOOD_SHARE_MAX = 0.1;
/** Lines of a log that tell of a bug, or that a part fell over. */
const CRASH = /"event":"(?:bug|\w+_crashed)"|Uncaught|\b[A-Z]\w*Error:/;
/** How much of a body a complaint shows. */
const SHOWN_CHARACTERS = 300;

export interface FuzzReport {
  readonly requests: number;
  /** Requests that turned out to be good ones, by route and by what was broken. */
  readonly good: Readonly<Record<string, number>>;
  /** Answers by status and code, most frequent first. */
  readonly answers: Readonly<Record<string, number>>;
  /** One text for each answer that is not as it should be. */
  readonly complaints: readonly string[];
  /** What the log says of bugs and crashes. */
  readonly crashes: readonly string[];
}

/** Whether every broken request got its problem, and nearly every one was broken. */
export const isClean = ({ requests, good, complaints, crashes }: FuzzReport): boolean =>
  complaints.length + crashes.length === 0 &&
  Object.values(good).reduce((sum, count) => sum + count, 0) < GOOD_SHARE_MAX * requests;

type Stack = Pick<Cell["stack"], "url" | "key" | "adminKey" | "platformKey">;

/**
 * Sends broken requests to every route of the OpenAPI document and judges each answer. The same seed breaks the
 * same examples in the same ways.
 */
export async function fuzzStack(
  { stack, lines }: Pick<Cell, "stack" | "lines">,
  { seed, requests }: { seed: number; requests: number },
): Promise<FuzzReport> {
  const subjects = await subjectsOf(await readApi(stack.url), stack);
  const complaints: string[] = [];
  const counts = new Map<string, number>();
  const good = new Map<string, number>();
  const count = (table: Map<string, number>, name: string) => table.set(name, (table.get(name) ?? 0) + 1);
  const waiting = drawAll(subjects, seed, requests);
  const lane = async () => {
    for (const [index, request] of waiting) {
      const answer = await send(stack, request);
      if (wasGood(answer)) count(good, `${request.operation}, ${request.breakage}`);
      count(counts, `${answer.status} ${answer.headers.get("headgate-code") ?? ""}`.trim());
      const complaint = complaintOf(answer, request.target);
      if (complaint !== null)
        complaints.push(`${complaint} (seed ${seed}, request ${index})\n${show(request, answer)}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return {
    requests,
    good: byFrequency(good),
    answers: byFrequency(counts),
    complaints,
    crashes: lines.filter((line) => CRASH.test(line)),
  };
}

/** So many broken requests, each with its number. */
function* drawAll(
  subjects: readonly Subject[],
  seed: number,
  requests: number,
): Generator<[number, BrokenRequest]> {
  for (let first = 0; first < requests; first += DRAWN) {
    const count = Math.min(DRAWN, requests - first);
    const drawn = drawMany(seed + first, count, (draw: Draw) => breakRequest(draw.pick(subjects), draw));
    for (const [index, request] of drawn.entries()) yield [first + index, request];
  }
}

const byFrequency = (table: ReadonlyMap<string, number>) =>
  Object.fromEntries([...table].toSorted(([, left], [, right]) => right - left));

/** Good requests of all routes; those with a body weigh more, since more of them can break. */
async function subjectsOf(api: ApiDocument, stack: Stack): Promise<Subject[]> {
  const things = await makeThings(stack);
  const subjects: Subject[] = [];
  for (const operation of api.operations) {
    const weight = operation.body !== null ? 6 : operation.parameters.length > 0 ? 3 : 1;
    for (const example of await buildRequests(operation, things))
      subjects.push(...Array.from({ length: weight }, () => ({ api, operation, example })));
  }
  return subjects;
}

const send = (
  { url, ...keys }: Stack,
  { method, target, headers, body, keyed }: BrokenRequest,
): Promise<Answer> =>
  ask(url + target, { method, headers, body, ...(keyed === null ? {} : { key: keys[keyed] }) });

function show({ operation, breakage, method, target, headers, body }: BrokenRequest, answer: Answer): string {
  const short = (text: string) => text.slice(0, SHOWN_CHARACTERS);
  const sent =
    body === undefined ? "" : typeof body === "string" ? body : Buffer.from(body).toString("latin1");
  return [
    `${operation}, ${breakage} broken: ${method} ${short(target)} ${short(JSON.stringify(headers))}`,
    `sent ${sent.length}: ${short(sent)}`,
    `answered ${answer.status}: ${short(answer.text)}`,
  ].join("\n");
}
