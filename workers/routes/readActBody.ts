import { hexDigest } from "../../functions/contracts/hexDigest.ts";
import type { CameraImage } from "../../functions/contracts/observations.ts";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Problem } from "../../functions/contracts/problems.ts";
import { readActParts } from "../../functions/serve/readActParts.ts";
import { type ActRequest, actRequestPartSchema, actRequestSchema } from "../../functions/serve/schema.ts";
import { mediaTypeOf } from "../http/readBytes.ts";
import { parseJson, readBody, readJson } from "../http/readJson.ts";

/** A request to act with the images that came beside it; undefined: they are in its text. */
export interface ActBodyContent {
  readonly request: ActRequest;
  readonly images: readonly CameraImage[] | undefined;
}

/** A body of `POST /v1/act`, read but not yet judged: admission comes before any word about its content. */
export interface ActBody {
  readonly parsed: Outcome<ActBodyContent, Problem>;
  /** What a repetition of the request has in common with it: all its content, not how it was cut into parts. */
  sameness(): Promise<string>;
}

/** Reads a body of at most `maxBytes`, JSON or multipart. Fails only when there is no body to judge at all. */
export async function readActBody(request: Request, maxBytes: number): Promise<Outcome<ActBody, Problem>> {
  const mediaType = mediaTypeOf(request);
  if (mediaType === "multipart/form-data") return await readMultipart(request, maxBytes);
  if (mediaType !== "application/json")
    return failed({
      code: "unsupported_media_type",
      detail: "It is application/json or multipart/form-data.",
    });
  const body = await readJson(request, actRequestSchema, maxBytes);
  if (!body.ok) return body;
  const { text, parsed } = body.value;
  return done({
    parsed: parsed.ok ? done({ request: parsed.value, images: undefined }) : parsed,
    sameness: async () => text,
  });
}

async function readMultipart(request: Request, maxBytes: number): Promise<Outcome<ActBody, Problem>> {
  const bytes = await readBody(request, maxBytes);
  if (!bytes.ok) return bytes;
  const form = await formOf(bytes.value, request.headers.get("content-type") ?? "");
  const parts =
    form === null ? failed([{ pointer: "", detail: "not multipart" }]) : await readActParts(form.entries());
  if (!parts.ok) {
    const problem: Problem = { code: "invalid_request", errors: parts.failure };
    return done({ parsed: failed(problem), sameness: async () => "" });
  }
  const { requestText, images } = parts.value;
  const parsed = parseJson(requestText, actRequestPartSchema);
  return done({
    parsed: parsed.ok ? done({ request: parsed.value, images }) : parsed,
    sameness: () => samenessOf(requestText, images),
  });
}

/** The platform's own parser, on bytes that are already bounded; null where they are no parts. */
async function formOf(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData | null> {
  try {
    return await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch {
    return null;
  }
}

/** The boundary between parts is random, so that the body's own bytes differ each time a client builds it. */
async function samenessOf(requestText: string, images: readonly CameraImage[]): Promise<string> {
  const pictures = images.map(async ({ camera, declaredType, bytes }) => [
    camera,
    declaredType,
    bytes === null ? null : await hexDigest(bytes),
  ]);
  return JSON.stringify([requestText, await Promise.all(pictures)]);
}
