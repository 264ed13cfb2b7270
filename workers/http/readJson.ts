import type { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem, ProblemPointer } from "../../functions/contracts/problems.ts";

/** A body that was read but not yet judged: admission comes before any word about its content. */
export interface JsonBody<Value> {
  readonly text: string;
  readonly parsed: Outcome<Value, Problem>;
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** One pointer per issue; an unknown member is pointed at itself, not at its parent. */
export function pointersOf(error: z.core.$ZodError): ProblemPointer[] {
  return error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointerOf([...issue.path, key]),
          detail: "This field is not known.",
        }))
      : [{ pointer: pointerOf(issue.path), detail: issue.message }],
  );
}

const malformed = (detail: string) =>
  failed({ code: "malformed_json", errors: [{ pointer: "", detail }] } as const);

function parseJson<Value>(text: string, schema: z.ZodType<Value>): Outcome<Value, Problem> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return malformed("The body is not valid JSON.");
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? done(parsed.data)
    : failed({ code: "invalid_request", errors: pointersOf(parsed.error) });
}

/** What a client may send in all, however little the route takes, before its line is cut. */
const DISCARDED_MAX_BYTES = 16_000_000;

/** Null: too much. Then the rest is dropped as it comes, so that the client hears the answer, not a cut line. */
async function readBytes(request: Request, maxBytes: number): Promise<ArrayBuffer | null> {
  const declaredBytes = request.headers.get("content-length");
  if (declaredBytes !== null && Number(declaredBytes) <= maxBytes) return await request.arrayBuffer();
  // A chunked body does not say how long it is: count while it comes in.
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > DISCARDED_MAX_BYTES) break;
    if (sizeBytes <= maxBytes) chunks.push(chunk);
  }
  return sizeBytes > maxBytes ? null : await new Blob(chunks).arrayBuffer();
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Null: these bytes are no text; to repair them would keep what nobody sent. */
function textOf(bytes: ArrayBuffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Reads a JSON body of at most `maxBytes`. Fails only when there is no body to judge at all. */
export async function readJson<Value>(
  request: Request,
  schema: z.ZodType<Value>,
  maxBytes: number,
): Promise<Outcome<JsonBody<Value>, Problem>> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") return failed({ code: "unsupported_media_type" });
  const bytes = await readBytes(request, maxBytes);
  if (bytes === null)
    return failed({ code: "body_too_large", detail: `This route takes at most ${maxBytes} bytes.` });
  const text = textOf(bytes);
  return text === null
    ? done({ text: "", parsed: malformed("The body is not UTF-8.") })
    : done({ text, parsed: parseJson(text, schema) });
}
