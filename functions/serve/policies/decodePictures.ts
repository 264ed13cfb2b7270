import type { Pixels } from "../../contracts/observations.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ObservationShape } from "../../contracts/policyServers.ts";
import type { InferFailure, InferRequest, InferResponse } from "../../contracts/ports.ts";

/** Side of the squares that vision-language-action models take. */
const SIDE_PIXELS = 224;
const PICTURE_BYTES = SIDE_PIXELS * SIDE_PIXELS * 3;

/** The runner's decoders: one pads with black as openpi's clients do, the other stretches. */
const DECODERS = { contain: "pixels-contain-224", fill: "pixels-fill-224" } as const;

/**
 * Has the runner decode JPEG, PNG or WebP pictures to 224 × 224 pixels, in one call: the edge decodes no pixel.
 * No pictures, no call.
 */
export async function decodePictures(
  pictures: readonly Uint8Array[],
  fit: ObservationShape["imageFit"],
  infer: (request: Omit<InferRequest, "traceparent">) => Promise<Outcome<InferResponse, InferFailure>>,
): Promise<Outcome<Pixels[], InferFailure>> {
  if (pictures.length === 0) return done([]);
  const answer = await infer({
    model: DECODERS[fit],
    version: null,
    inputs: [{ name: "image", datatype: "BYTES", shape: [pictures.length], data: pictures }],
  });
  if (!answer.ok) return answer;
  const pixels = answer.value.outputs.find(({ name }) => name === "pixels");
  if (pixels?.datatype !== "FP32" || pixels.data.length !== pictures.length * PICTURE_BYTES)
    return failed({ kind: "bad_answer", detail: "the decoder answered other than pixels" });
  const bytes = new Uint8Array(pixels.data);
  return done(
    pictures.map((_, index) => ({
      widthPixels: SIDE_PIXELS,
      heightPixels: SIDE_PIXELS,
      rgb: bytes.slice(index * PICTURE_BYTES, (index + 1) * PICTURE_BYTES),
    })),
  );
}
