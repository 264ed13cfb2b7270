import type { HttpRequest } from "./http.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

/**
 * Reads a whole body into a buffer of its own, which may then be handed to a worker. 413 as soon as it is known
 * to be longer than `maxBytes`; 400 where the caller breaks off.
 */
export const readBody = async (
  request: HttpRequest,
  maxBytes: number,
): Promise<Outcome<Uint8Array<ArrayBuffer>>> => {
  const tooLarge = refuse(413, `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    // Left in the middle, the request must live on: its answer goes over the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) return refuse(400, "The body is not bytes.");
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) return tooLarge;
      chunks.push(chunk);
    }
  } catch {
    return refuse(400, "The body broke off.");
  }
  const body = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return done(body);
};
