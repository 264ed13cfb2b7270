import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const manifestSchema = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().positive()),
        quantization: z.object({ dtype: z.literal("uint8"), scale: z.number(), min: z.number() }),
      }),
    ),
    paths: z.tuple([z.string()]),
  }),
]);

/** A weight as the package keeps it: each byte stands for `byte · scale + min`. */
export interface QuantizedWeight {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

/**
 * The weights of the tiny face detector of @vladmandic/face-api (MIT), by name. Convolutions lie as
 * [height, width, in, out]. Throws where the package is not installed, or holds something else.
 */
export const readFaceWeights = (): ((name: string) => QuantizedWeight) => {
  const manifestPath = fileURLToPath(
    import.meta.resolve("@vladmandic/face-api/model/tiny_face_detector_model-weights_manifest.json"),
  );
  const [{ weights, paths }] = manifestSchema.parse(JSON.parse(readFileSync(manifestPath, "utf8")));
  const file = readFileSync(join(dirname(manifestPath), paths[0]));
  const byName = new Map<string, QuantizedWeight>();
  let offset = 0;
  for (const { name, shape, quantization } of weights) {
    const sizeBytes = shape.reduce((product, side) => product * side, 1);
    const { scale, min } = quantization;
    byName.set(name, { shape, bytes: file.subarray(offset, offset + sizeBytes), scale, min });
    offset += sizeBytes;
  }
  if (offset !== file.length) throw new Error(`${manifestPath} does not describe its file.`);
  return (name) => {
    const weight = byName.get(name);
    if (weight === undefined) throw new Error(`The face detector has no weight '${name}'.`);
    return weight;
  };
};
