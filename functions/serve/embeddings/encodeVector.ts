import { toBase64 } from "../../contracts/base64.ts";

const SIZE_BYTES = 4;

/** A vector as OpenAI's API writes it in base64: single-precision numbers, little-endian on every machine. */
export function encodeVector(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * SIZE_BYTES));
  for (const [index, value] of vector.entries()) view.setFloat32(index * SIZE_BYTES, value, true);
  return toBase64(new Uint8Array(view.buffer));
}
