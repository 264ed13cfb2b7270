import { request } from "node:http";
import { z } from "zod";
import { noisePng } from "./noisePng.ts";

/** An answer as a robot's client sees it. Status 0: none came, the connection was refused or cut. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body's members; empty where it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly durationMs: number;
}

export interface Question {
  readonly key?: string;
  readonly method?: string;
  /** Text and bytes go as they are, the rest as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWER_TIMEOUT_MS = 10_000;
const membersSchema = z.record(z.string(), z.unknown());

function membersOf(text: string): Answer["body"] {
  try {
    return membersSchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Asks once, over a connection of its own, and retries nothing: what is not answered is noted as that. */
export function ask(
  url: string,
  { key, method = "GET", body, headers = {} }: Question = {},
): Promise<Answer> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const finish = (status: number, text: string, answered = new Headers()) =>
      resolve({
        status,
        headers: answered,
        text,
        body: membersOf(text),
        durationMs: performance.now() - startedMs,
      });
    const isRaw = typeof body === "string" || body instanceof Uint8Array || body === undefined;
    const sent = isRaw ? body : JSON.stringify(body);
    const call = request(url, {
      method,
      agent: false,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    call.on("error", () => finish(0, ""));
    call.on("response", async (response) => {
      const answered = new Headers();
      for (const [name, value] of Object.entries(response.headers)) answered.set(name, String(value));
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of response) chunks.push(chunk);
        finish(response.statusCode ?? 0, Buffer.concat(chunks).toString(), answered);
      } catch {
        finish(0, "");
      }
    });
    call.end(sent);
  });
}

let steps = 0;

/** An observation like no other: its own step of an episode, its own picture. */
export function observation(changes: Readonly<Record<string, unknown>> = {}) {
  steps += 1;
  return {
    robot_type: "franka",
    instruction: "move to the red block",
    image: noisePng(steps).toString("base64"),
    episode_id: `episode-${process.pid}-${steps % 4}`,
    step: steps,
    ...changes,
  };
}

/** One `POST /v1/act` with an observation like no other. */
export const act = (
  url: string,
  key: string,
  changes: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => ask(`${url}/v1/act`, { key, method: "POST", body: observation(changes), headers });

/** What the caller was told of its record. */
export const recordOf = ({ body }: Answer) => ({ recorded: body.recorded, reason: body.reason });

/** The record's id of an answer. */
export const idOf = ({ body }: Answer): string => z.string().parse(body.id);

/** The body of an answer that must have been a good one. */
function expected<Body>(answer: Answer, schema: z.ZodType<Body>): Body {
  if (answer.status >= 200 && answer.status < 300) return schema.parse(answer.body);
  throw new Error(`Answered ${answer.status}: ${answer.text}`);
}

const createdKeySchema = z.object({ id: z.string(), key: z.string() });

/** Makes a key of the demo organization. */
export async function makeKey(
  { url, adminKey }: { readonly url: string; readonly adminKey: string },
  changes: Readonly<Record<string, unknown>>,
): Promise<z.infer<typeof createdKeySchema>> {
  const body = { name: "test", roles: ["member"], ...changes };
  const answer = await ask(`${url}/v1/keys`, { key: adminKey, method: "POST", body });
  return expected(answer, createdKeySchema);
}

const pageSchema = z.object({
  data: z.array(
    z.looseObject({ id: z.string(), step: z.number().nullable(), episode_id: z.string().nullable() }),
  ),
  next_cursor: z.string().nullable(),
});
export type ListedRow = z.infer<typeof pageSchema>["data"][number];

/** Reads as a client does that heeds `Retry-After`: a part that has just come back may not be asked again yet. */
async function readPatiently(url: string, key: string): Promise<Answer> {
  let answer = await ask(url, { key });
  for (let again = 0; answer.status === 503 && again < 20; again += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    answer = await ask(url, { key });
  }
  return answer;
}

/** Every record that the key's organization can see, by paging to the end. */
export async function listAll(url: string, key: string): Promise<ListedRow[]> {
  const rows: ListedRow[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = expected(await readPatiently(`${url}/v1/inferences?limit=200${query}`, key), pageSchema);
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return rows;
}
