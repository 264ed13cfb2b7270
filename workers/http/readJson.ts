import type { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem, ProblemPointer } from "../../functions/contracts/problems.ts";
import { mediaTypeOf, readBytes } from "./readBytes.ts";

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

/** Parses the text of a JSON body; whatever is wrong with it is a problem. */
export function parseJson<Value>(text: string, schema: z.ZodType<Value>): Outcome<Value, Problem> {
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

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Null: these bytes are no text; to repair them would keep what nobody sent. */
function textOf(bytes: Uint8Array<ArrayBuffer>): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Reads a whole body of at most `maxBytes`, whatever it holds. */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Outcome<Uint8Array<ArrayBuffer>, Problem>> {
  const bytes = await readBytes(request, maxBytes);
  return bytes === null
    ? failed({ code: "body_too_large", detail: `This route takes at most ${maxBytes} bytes.` })
    : done(new Uint8Array(bytes));
}

/** Reads a JSON body of at most `maxBytes`. Fails only when there is no body to judge at all. */
export async function readJson<Value>(
  request: Request,
  schema: z.ZodType<Value>,
  maxBytes: number,
): Promise<Outcome<JsonBody<Value>, Problem>> {
  if (mediaTypeOf(request) !== "application/json") return failed({ code: "unsupported_media_type" });
  const bytes = await readBody(request, maxBytes);
  if (!bytes.ok) return bytes;
  const text = textOf(bytes.value);
  return text === null
    ? done({ text: "", parsed: malformed("The body is not UTF-8.") })
    : done({ text, parsed: parseJson(text, schema) });
}
