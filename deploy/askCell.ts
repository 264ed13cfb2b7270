import { z } from "zod";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import { type Obstacle, stopped } from "./obstacle.ts";

const TIMEOUT_MS = 15_000;

/** An answer of the cell; its body is null where it is no JSON. */
export interface CellAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface CellCall {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly key?: string;
  readonly body?: unknown;
}

/** Asks the deployed cell; any status is an answer. */
export async function askCell(
  url: string,
  { method = "GET", path, key, body }: CellCall,
): Promise<Outcome<CellAnswer, Obstacle>> {
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return done({ status: response.status, body: await response.json().catch(() => null) });
  } catch (error) {
    const why =
      error instanceof Error && error.name === "TimeoutError" ? "does not answer" : "cannot be reached";
    return stopped(
      `${url} ${why}.`,
      "See whether the host name resolves, and `wrangler tail` for the Worker.",
    );
  }
}

const problemSchema = z.looseObject({
  title: z.string(),
  detail: z.string().optional(),
  code: z.string().optional(),
});

/** What a refusal says. */
export function reasonOf({ status, body }: CellAnswer): string {
  const problem = problemSchema.safeParse(body);
  return problem.success ? `${status} ${problem.data.detail ?? problem.data.title}` : `${status}`;
}

/** Whether the cell knows a key, whatever it may do. */
export async function opens(url: string, key: string): Promise<Outcome<boolean, Obstacle>> {
  const answer = await askCell(url, { path: "/v1/models", key });
  if (!answer.ok) return answer;
  if (answer.value.status === 503)
    return stopped(`${url} cannot verify keys: ${reasonOf(answer.value)}.`, "See /health.");
  return done(answer.value.status !== 401);
}
