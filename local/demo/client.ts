import { z } from "zod";
import type { ConsentTier } from "../../functions/contracts/tiers.ts";
import { type Consent, consentSchema } from "../../functions/guard/consent/schema.ts";
import {
  type InferenceDetail,
  inferenceDetailSchema,
  inferenceListSchema,
} from "../../functions/keep/records/schema.ts";
import { type ActAnswer, type ActRequest, actAnswerSchema } from "../../functions/serve/schema.ts";
import { StoryError } from "./storyError.ts";

const CALL_TIMEOUT_MS = 10_000;
const PAGE_ROWS = 200;

export interface ActTiming {
  /** `total` of `Server-Timing`; null where the answer names none. */
  readonly serverMs: number | null;
  /** From the first byte sent to the answer read, as this process measured it. */
  readonly outsideMs: number;
}

export type InferenceRow = z.infer<typeof inferenceListSchema>["data"][number];

/** The few calls of Headgate's API that the story makes; each throws a `StoryError` when it is refused. */
export interface Client {
  act(request: ActRequest): Promise<ActTiming & { readonly answer: ActAnswer }>;
  /** All rows of an episode, newest first. */
  listEpisode(episodeId: string): Promise<InferenceRow[]>;
  /** One record with its stored image; null when there is none. */
  readInference(id: string): Promise<InferenceDetail | null>;
  setConsent(subject: string, tier: ConsentTier): Promise<Consent>;
  /** Throws unless the stack serves. */
  checkReady(): Promise<void>;
}

interface Call {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly key: string | null;
  readonly body?: unknown;
}

const problemSchema = z.object({
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});
const healthSchema = z.object({
  ready: z.boolean(),
  parts: z.array(z.object({ name: z.string(), status: z.string(), essential: z.boolean() })),
});

/** A client of the stack at `url`: `key` acts and reads, `adminKey` keeps the consent ledger. */
export function createClient({ url, key, adminKey }: { url: string; key: string; adminKey: string }): Client {
  const send = ({ method, path, key: bearer, body }: Call): Promise<Response> =>
    fetch(new URL(path, url), {
      method,
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new StoryError(unreachable(url, error));
    });

  const readJson = async <Content>(call: Call, response: Response, schema: z.ZodType<Content>) => {
    const parsed = schema.safeParse(await response.json().catch(() => null));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new StoryError(
      `${call.method} ${call.path} answered outside its contract at ${issue?.path.join(".") || "its root"}: ${issue?.message}.`,
    );
  };

  const ask = async <Content>(call: Call, schema: z.ZodType<Content>): Promise<Content> => {
    const response = await send(call);
    if (!response.ok) throw await refused(call, response);
    return readJson(call, response, schema);
  };

  return {
    async act(request) {
      const call: Call = { method: "POST", path: "/v1/act", key, body: request };
      const startedAtMs = performance.now();
      const response = await send(call);
      if (!response.ok) throw await refused(call, response);
      const answer = await readJson(call, response, actAnswerSchema);
      const outsideMs = performance.now() - startedAtMs;
      return { answer, outsideMs, serverMs: totalOf(response.headers.get("server-timing")) };
    },
    async listEpisode(episodeId) {
      const rows: InferenceRow[] = [];
      let cursor: string | null = null;
      do {
        const query = new URLSearchParams({ episode_id: episodeId, limit: String(PAGE_ROWS) });
        if (cursor !== null) query.set("cursor", cursor);
        const page: z.infer<typeof inferenceListSchema> = await ask(
          { method: "GET", path: `/v1/inferences?${query}`, key },
          inferenceListSchema,
        );
        rows.push(...page.data);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return rows;
    },
    async readInference(id) {
      const call: Call = { method: "GET", path: `/v1/inferences/${id}?include=image`, key };
      const response = await send(call);
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok) throw await refused(call, response);
      return readJson(call, response, inferenceDetailSchema);
    },
    setConsent(subject, tier) {
      const path = `/v1/consent/${encodeURIComponent(subject)}`;
      return ask({ method: "PUT", path, key: adminKey, body: { tier } }, consentSchema);
    },
    async checkReady() {
      const call: Call = { method: "GET", path: "/health/ready", key: null };
      const response = await send(call);
      const health = healthSchema.safeParse(await response.json().catch(() => null));
      if (!health.success) throw new StoryError(`What answers at ${url} is not Headgate.`);
      if (health.data.ready) return;
      const down = health.data.parts.filter(({ status, essential }) => essential && status === "down");
      throw new StoryError(
        `The stack at ${url} is not ready: ${down.map(({ name }) => name).join(", ")} down.`,
      );
    },
  };
}

function unreachable(url: string, error: unknown): string {
  const late = error instanceof Error && error.name === "TimeoutError";
  return late
    ? `The stack at ${url} did not answer within ${CALL_TIMEOUT_MS / 1000} s.`
    : `No stack answers at ${url}: start one with \`npm start\` in another terminal.`;
}

async function refused(call: Call, response: Response): Promise<StoryError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  const why = problem.success
    ? [problem.data.title, ...problem.data.errors.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(
        "; ",
      )
    : "without a reason";
  return new StoryError(`${call.method} ${call.path} was refused (${response.status}): ${why}.`);
}

/** The total of a `Server-Timing` header, in milliseconds. */
function totalOf(header: string | null): number | null {
  const found = /(?:^|,)\s*total;dur=([\d.]+)/.exec(header ?? "");
  return found === null ? null : Number(found[1]);
}
