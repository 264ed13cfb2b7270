import { z } from "zod";
import type { HttpRequest } from "./protocol/http.ts";
import { done, type Outcome, refuse } from "./protocol/outcome.ts";
import { readBody } from "./protocol/readBody.ts";
import type { ModelState } from "./repository/modelRepository.ts";
import type { Serving } from "./serving.ts";

/** Far more than these requests need. */
const BODY_LIMIT_BYTES = 65_536;

const indexSchema = z.object({ ready: z.boolean().default(false) });

/** What a model is stands in its repository: nothing of it can be sent along. Triton's clients name dependents. */
const changeSchema = z.object({
  parameters: z.strictObject({ unload_dependents: z.unknown() }).partial().optional(),
});

const readJson = async <Value>(request: HttpRequest, schema: z.ZodType<Value>): Promise<Outcome<Value>> => {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (!body.ok) return body;
  try {
    const parsed = schema.safeParse(
      body.value.length === 0 ? {} : JSON.parse(Buffer.from(body.value).toString()),
    );
    return parsed.success ? done(parsed.data) : refuse(400, "The request has what this path does not take.");
  } catch {
    return refuse(400, "The request is not JSON.");
  }
};

/** `POST /v2/repository/index`: every version of every model, or those that are ready. */
export const listModels = async (
  { repository }: Serving,
  request: HttpRequest,
): Promise<Outcome<readonly ModelState[]>> => {
  const wish = await readJson(request, indexSchema);
  if (!wish.ok) return wish;
  return done(repository.index().filter(({ state }) => !wish.value.ready || state === "READY"));
};

/** `POST /v2/repository/models/{model}/load` and `/unload`; answers when the model is served, or is not any more. */
export const changeModel = async (
  { repository }: Serving,
  change: "load" | "unload",
  model: string,
  request: HttpRequest,
): Promise<Outcome<Record<string, never>>> => {
  const wish = await readJson(request, changeSchema);
  if (!wish.ok) return wish;
  const changed = await repository[change](model);
  return changed.ok ? done({}) : changed;
};
