import { z } from "zod";
import { fromBase64, toBase64 } from "../../contracts/base64.ts";
import { chunkSchema, type StorableRecord, safetyCheckSchema } from "../../contracts/records.ts";
import { utf8 } from "../../contracts/utf8.ts";

/** What inference_bodies holds of a record: everything that consent tier `analytics` adds. */
export const payloadSchema = z.object({
  actions: chunkSchema.nullable(),
  state: z.array(z.number()).nullable(),
  safety_checks: z.array(safetyCheckSchema).nullable(),
  instruction: z.string().nullable(),
});
export type Payload = z.infer<typeof payloadSchema>;

/** A payload as it is stored: as JSON, or as base64 of its gzip when it is large. */
export interface StoredPayload {
  readonly json: Payload | null;
  readonly gzipBase64: string | null;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The payload of a record, compressed above `compressOverBytes`; null when its tier keeps none. */
export async function payloadOf(
  record: StorableRecord,
  compressOverBytes: number,
): Promise<StoredPayload | null> {
  if (record.action === null && record.instruction === null) return null;
  const payload: Payload = {
    actions: record.action?.actions ?? null,
    state: record.action?.state ?? null,
    safety_checks: record.action?.safetyChecks ?? null,
    instruction: record.instruction,
  };
  const bytes = utf8(JSON.stringify(payload));
  if (bytes.byteLength <= compressOverBytes) return { json: payload, gzipBase64: null };
  return { json: null, gzipBase64: toBase64(await gzip(bytes)) };
}

/** Reads a payload back, whichever way it was stored; null when it is in neither. */
export async function readPayload(json: unknown, gzipBase64: string | null): Promise<Payload | null> {
  if (gzipBase64 === null) return json === null ? null : payloadSchema.parse(json);
  const bytes = fromBase64(gzipBase64);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return payloadSchema.parse(JSON.parse(await new Response(stream).text()));
}
