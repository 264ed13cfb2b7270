import { randomBytes } from "node:crypto";
import { z } from "zod";

// Written from what json_numpy does in Python, not from our encoder: tests compare the two.

/** An array as `json_numpy.dumps` writes it. */
export const numpyArray = (data: Uint8Array, dtype: string, shape: readonly number[]) => ({
  __numpy__: Buffer.from(data).toString("base64"),
  dtype,
  shape,
});

/** A picture like none before, of that size. */
export const numpyPicture = (heightPixels = 32, widthPixels = 32) =>
  numpyArray(randomBytes(heightPixels * widthPixels * 3), "|u1", [heightPixels, widthPixels, 3]);

/** Numbers as numpy's float64. */
export const numpyNumbers = (...numbers: number[]) =>
  numpyArray(Buffer.from(Float64Array.from(numbers).buffer), "<f8", [numbers.length]);

const float64Schema = z.object({
  __numpy__: z.base64(),
  dtype: z.literal("<f8"),
  shape: z.tuple([z.number()]),
});

/** The numbers of a float64 array of one dimension, as `json_numpy.loads` reads it; throws on anything else. */
export function numpyRow(value: unknown): number[] {
  const { __numpy__: base64, shape } = float64Schema.parse(value);
  const bytes = Buffer.from(base64, "base64");
  const numbers = Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(8 * index));
  if (numbers.length !== shape[0]) throw new Error("The shape does not fit the bytes.");
  return numbers;
}
