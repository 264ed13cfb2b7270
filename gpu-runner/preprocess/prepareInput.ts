import { countElements, NUMERIC, type WireTensor } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ModelAssets } from "../repository/modelAssets.ts";
import type { InputContract, Preprocess } from "../repository/modelContract.ts";
import type { TokenPreprocess } from "../repository/preprocessContract.ts";
import type { Feed } from "./feeds.ts";
import { countNgrams } from "./ngramCounts.ts";
import { normalizeRows } from "./normalizeRows.ts";
import { prepareImages } from "./prepareImages.ts";
import { nameTarget, toTargetVector } from "./targetColor.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const decodeTexts = (elements: readonly Uint8Array[], input: string): Outcome<string[]> => {
  try {
    return done(elements.map((bytes) => utf8.decode(bytes)));
  } catch {
    return refuse(400, `Input '${input}' is not UTF-8.`);
  }
};

/** One row of `length` floats per text, filled by `fill`. */
const fillRows = (
  texts: readonly string[],
  feeds: string,
  length: number,
  fill: (text: string, row: Float32Array<ArrayBuffer>) => void,
): Feed[] => {
  const rows = new Float32Array(texts.length * length);
  for (const [index, text] of texts.entries())
    fill(text, rows.subarray(index * length, (index + 1) * length));
  const bytes = new Uint8Array(rows.buffer);
  return [{ name: feeds, tensor: { datatype: "FP32", shape: [texts.length, length], bytes } }];
};

/** Token numbers, as long as the longest text has; the mask is 1 where a token stands. */
const tokenFeeds = (texts: readonly string[], how: TokenPreprocess, assets: ModelAssets): Outcome<Feed[]> => {
  const tokenize = assets.tokenizers.get(how.file);
  if (tokenize === undefined) return refuse(500, `The tokenizer '${how.file}' is not loaded.`);
  const tokens = texts.map((text) => tokenize(text, how.max_tokens));
  const width = Math.max(1, ...tokens.map(({ length }) => length));
  const numbers = new BigInt64Array(texts.length * width);
  const mask = new BigInt64Array(texts.length * width);
  for (const [row, ids] of tokens.entries())
    for (const [column, id] of ids.entries()) {
      numbers[row * width + column] = BigInt(id);
      mask[row * width + column] = 1n;
    }
  const feedOf = (name: string | undefined, values: BigInt64Array<ArrayBuffer>): Feed[] => {
    if (name === undefined) return [];
    const bytes = new Uint8Array(values.buffer);
    return [{ name, tensor: { datatype: "INT64", shape: [texts.length, width], bytes }, isRagged: true }];
  };
  const types = new BigInt64Array(numbers.length);
  return done([
    ...feedOf(how.feeds, numbers),
    ...feedOf(how.mask_feeds, mask),
    ...feedOf(how.types_feeds, types),
  ]);
};

const prepareBytes = async (
  elements: readonly Uint8Array[],
  input: string,
  how: Preprocess,
  assets: ModelAssets,
  maxPixels: number,
): Promise<Outcome<Feed[]>> => {
  if (how.kind === "image") return prepareImages(elements, how, maxPixels);
  const texts = decodeTexts(elements, input);
  if (!texts.ok) return texts;
  switch (how.kind) {
    case "target_color":
      return done(
        fillRows(texts.value, how.feeds, 9, (text, row) => {
          row.set(toTargetVector(nameTarget(text)));
        }),
      );
    case "ngram_counts":
      return done(fillRows(texts.value, how.feeds, how.buckets, countNgrams));
    case "tokens":
      return tokenFeeds(texts.value, how, assets);
  }
};

/** Turns one input, already checked against its contract, into what the graph eats. 400 where its content does not fit. */
export const prepareInput = async (
  tensor: WireTensor,
  contract: InputContract,
  assets: ModelAssets,
  maxPixels: number,
): Promise<Outcome<Feed[]>> => {
  if (tensor.datatype === "BYTES") {
    if (contract.datatype !== "BYTES") return refuse(500, `Input '${contract.name}' has no preprocessing.`);
    return prepareBytes(tensor.elements, contract.name, contract.preprocess, assets, maxPixels);
  }
  const expected = countElements(tensor.shape) * NUMERIC[tensor.datatype].sizeBytes;
  if (tensor.bytes.length !== expected) return refuse(500, `Input '${contract.name}' lost its length.`);
  if (contract.datatype === "BYTES" || contract.normalize === undefined)
    return done([{ name: contract.name, tensor }]);
  const columns = assets.statistics?.get(contract.normalize);
  if (columns === undefined) return refuse(500, `The statistics '${contract.normalize}' are not loaded.`);
  return done([{ name: contract.name, tensor: normalizeRows(tensor, columns) }]);
};
