import type { ModelContract } from "../repository/modelContract.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Digits in a row that a number may no longer hold exactly. */
const LONG_INTEGER = /\d{16}/;
const INTEGER = /^-?\d+$/;

/** Keeps integers that a number would round as the `bigint` that stands in the text. */
const keepExact = (_key: string, value: unknown, ...context: readonly { readonly source?: string }[]) => {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context[0]?.source;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
};

/**
 * Parses the JSON of a request for a model; undefined where it is none. Only for models with 64-bit integers, and
 * only where the text holds long ones, does it look at each number's digits: that takes longer.
 */
export const parseJson = (bytes: Uint8Array, model: ModelContract): unknown => {
  const wide = model.inputs.some(({ datatype }) => datatype === "INT64" || datatype === "UINT64");
  try {
    const text = utf8.decode(bytes);
    return wide && LONG_INTEGER.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
  } catch {
    return undefined;
  }
};
