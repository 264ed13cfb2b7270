import { countElements, NUMERIC, type WireTensor } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { InputContract, Preprocess } from "../repository/modelContract.ts";
import { decodeImage, type ImageShape } from "./decodeImage.ts";
import { countNgrams } from "./ngramCounts.ts";
import { nameTarget, toTargetVector } from "./targetColor.ts";

/** A tensor ready for the graph, under the name that the graph gives it. */
export interface Feed {
  readonly name: string;
  readonly tensor: Extract<WireTensor, { readonly bytes: unknown }>;
}

const bytesOf = (numbers: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(numbers.buffer);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const decodeText = (bytes: Uint8Array, input: string): Outcome<string> => {
  try {
    return done(utf8.decode(bytes));
  } catch {
    return refuse(400, `Input '${input}' is not UTF-8.`);
  }
};

const prepareImages = async (
  images: readonly Uint8Array[],
  shape: ImageShape,
  maxPixels: number,
): Promise<Outcome<Feed>> => {
  const sizeBytes = shape.width_px * shape.height_px * shape.channels;
  const bytes = new Uint8Array(images.length * sizeBytes);
  const decoded = await Promise.all(images.map((image) => decodeImage(image, shape, maxPixels)));
  for (const [index, image] of decoded.entries()) {
    if (!image.ok) return image;
    if (image.value.length !== sizeBytes) return refuse(400, "The image cannot be brought to RGB.");
    bytes.set(image.value, index * sizeBytes);
  }
  const dims = [images.length, shape.height_px, shape.width_px, shape.channels];
  return done({ name: shape.feeds, tensor: { datatype: "UINT8", shape: dims, bytes } });
};

/** One row of `length` floats per text, filled by `fill`. */
const prepareTexts = (
  texts: readonly Uint8Array[],
  input: string,
  feeds: string,
  length: number,
  fill: (text: string, row: Float32Array<ArrayBuffer>) => void,
): Outcome<Feed> => {
  const rows = new Float32Array(texts.length * length);
  for (const [index, bytes] of texts.entries()) {
    const text = decodeText(bytes, input);
    if (!text.ok) return text;
    fill(text.value, rows.subarray(index * length, (index + 1) * length));
  }
  const tensor = { datatype: "FP32", shape: [texts.length, length], bytes: bytesOf(rows) } as const;
  return done({ name: feeds, tensor });
};

const prepareBytes = async (
  elements: readonly Uint8Array[],
  input: string,
  how: Preprocess,
  maxPixels: number,
): Promise<Outcome<Feed>> => {
  switch (how.kind) {
    case "image":
      return prepareImages(elements, how, maxPixels);
    case "target_color":
      return prepareTexts(elements, input, how.feeds, 9, (text, row) => {
        row.set(toTargetVector(nameTarget(text)));
      });
    case "ngram_counts":
      return prepareTexts(elements, input, how.feeds, how.buckets, countNgrams);
  }
};

/** Turns one input, already checked against its contract, into what the graph eats. 400 where its content does not fit. */
export const prepareInput = async (
  tensor: WireTensor,
  contract: InputContract,
  maxPixels: number,
): Promise<Outcome<Feed>> => {
  if (tensor.datatype === "BYTES") {
    if (contract.datatype !== "BYTES") return refuse(500, `Input '${contract.name}' has no preprocessing.`);
    return prepareBytes(tensor.elements, contract.name, contract.preprocess, maxPixels);
  }
  const expected = countElements(tensor.shape) * NUMERIC[tensor.datatype].sizeBytes;
  if (tensor.bytes.length !== expected) return refuse(500, `Input '${contract.name}' lost its length.`);
  return done({ name: contract.name, tensor });
};
