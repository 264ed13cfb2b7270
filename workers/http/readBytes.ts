/** What a client may send in all, however little the route takes, before its line is cut. */
const DISCARDED_MAX_BYTES = 16_000_000;

/**
 * The body's bytes, at most `maxBytes`, whatever it says of its length. Null: it has more; then the rest is
 * dropped as it comes, so that the client hears the answer, not a cut line.
 */
export async function readBytes(request: Request, maxBytes: number): Promise<ArrayBuffer | null> {
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

/** The body's media type, lower case and without parameters; null where it names none. */
export const mediaTypeOf = (request: Request): string | null =>
  request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? null;
