import { z } from "zod";
import { toBase64 } from "../../contracts/base64.ts";
import type { Pixels } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import { type Ndarray, numbersOf, readValue } from "../openpi/ndarray.ts";

/**
 * An array as the Python package json_numpy writes it; no package of ours knows that form. `dtype` is numpy's
 * `dtype.str` (`|u1`, `<f8`), or the type's name.
 */
export const jsonNumpySchema = z
  .object({
    __numpy__: z.string().meta({ description: "Base64 of the array's bytes in C order." }),
    dtype: z.string().max(16),
    shape: z.array(z.int().min(0)).max(8),
  })
  .meta({ id: "NumpyArray" });
export type JsonNumpy = z.infer<typeof jsonNumpySchema>;

const NAMES: Readonly<Record<string, string>> = { uint8: "|u1", u1: "|u1", float32: "<f4", float64: "<f8" };
const CHANNELS = 3;

/** Decodes an array's numbers in C order; fails with what is wrong with it. Decode what is bounded alone. */
export function readNumbers(array: JsonNumpy, bytes: Uint8Array | null): Outcome<number[], string> {
  const reading = readArray(array, bytes);
  return reading.ok ? done(numbersOf(reading.value)) : reading;
}

function readArray({ dtype, shape }: JsonNumpy, bytes: Uint8Array | null): Outcome<Ndarray, string> {
  if (bytes === null) return failed("`__numpy__` is not base64");
  const reading = readValue(
    new Map<string, unknown>([
      ["__ndarray__", true],
      ["data", bytes],
      ["dtype", NAMES[dtype] ?? dtype],
      ["shape", shape],
    ]),
  );
  if (!reading.ok) return reading;
  return reading.value.kind === "array" ? done(reading.value.array) : failed("not an array");
}

/** Size of a picture, from its declaration alone; fails where it is none: [height, width, 3] of uint8. */
export function pictureSize({ dtype, shape }: JsonNumpy): Outcome<Omit<Pixels, "rgb">, string> {
  const [heightPixels = 0, widthPixels = 0, channels] = shape;
  if ((NAMES[dtype] ?? dtype) !== "|u1")
    return failed("a picture must be uint8, 0 to 255: send `image.astype(numpy.uint8)`");
  if (shape.length !== CHANNELS || channels !== CHANNELS || heightPixels * widthPixels === 0)
    return failed("a picture must have the shape [height, width, 3]: send RGB");
  return done({ heightPixels, widthPixels });
}

/** Numbers as an array of float64: what OpenVLA's servers answer. */
export function writeNumbers(numbers: readonly number[]): JsonNumpy {
  const bytes = new Uint8Array(numbers.length * Float64Array.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries()) view.setFloat64(index * 8, number, true);
  return { __numpy__: toBase64(bytes), dtype: "<f8", shape: [numbers.length] };
}
