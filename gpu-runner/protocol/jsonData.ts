import { countElements, NUMERIC, type NumericDatatype, type WireTensor } from "./datatypes.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

const encoder = new TextEncoder();

/** Row-major elements of flat or nested JSON data; null where a nested list does not follow the shape. */
const flatten = (data: unknown, shape: readonly number[]): readonly unknown[] | null => {
  if (!Array.isArray(data)) return null;
  if (!data.some(Array.isArray)) return data.length === countElements(shape) ? data : null;
  const [outer, ...inner] = shape;
  if (data.length !== outer || inner.length === 0) return null;
  const rows = data.map((row) => flatten(row, inner));
  return rows.some((row) => row === null) ? null : rows.flatMap((row) => row ?? []);
};

/** The number that an element stands for in this datatype, or null where it is none or does not fit exactly. */
const toNumber = (element: unknown, datatype: NumericDatatype): number | null => {
  if (datatype === "BOOL")
    return element === true || element === 1 ? 1 : element === false || element === 0 ? 0 : null;
  if (typeof element !== "number" || !Number.isFinite(element)) return null;
  if (datatype === "FP64") return element;
  if (datatype === "FP32") return Number.isFinite(Math.fround(element)) ? element : null;
  return Number.isSafeInteger(element) ? element : null;
};

const fromNumbers = (
  elements: readonly unknown[],
  datatype: NumericDatatype,
): Uint8Array<ArrayBuffer> | null => {
  const numbers: number[] = [];
  for (const element of elements) {
    const number = toNumber(element, datatype);
    if (number === null) return null;
    numbers.push(number);
  }
  if (datatype === "INT64" || datatype === "UINT64") {
    if (datatype === "UINT64" && numbers.some((number) => number < 0)) return null;
    const wide = new BigInt64Array(numbers.length);
    for (const [index, number] of numbers.entries()) wide[index] = BigInt(number);
    return new Uint8Array(wide.buffer);
  }
  const packed = NUMERIC[datatype].array.from(numbers);
  const exact = datatype === "FP32" || numbers.every((number, index) => packed[index] === number);
  return exact ? new Uint8Array(packed.buffer) : null;
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const toBytes = (element: unknown, base64: boolean): Uint8Array<ArrayBuffer> | null => {
  if (typeof element !== "string") return null;
  if (!base64) return encoder.encode(element);
  return BASE64.test(element) ? Uint8Array.from(Buffer.from(element, "base64")) : null;
};

/**
 * Reads a tensor's JSON `data`, flat or nested. BYTES are strings, as UTF-8; with `base64` (the input
 * parameter `content_type: "base64"`) they are the bytes that the text encodes. Numbers must fit the datatype.
 */
export const readJsonData = (
  data: unknown,
  datatype: NumericDatatype | "BYTES",
  shape: readonly number[],
  base64: boolean,
): Outcome<WireTensor> => {
  const elements = flatten(data, shape);
  if (elements === null)
    return refuse(400, `data does not hold the ${shape.join("x")} elements of its shape`);
  if (datatype !== "BYTES") {
    const bytes = fromNumbers(elements, datatype);
    return bytes === null
      ? refuse(400, `data holds what is no ${datatype}`)
      : done({ datatype, shape, bytes });
  }
  const strings: Uint8Array<ArrayBuffer>[] = [];
  for (const element of elements) {
    const bytes = toBytes(element, base64);
    if (bytes === null) return refuse(400, `data holds what is no ${base64 ? "base64 text" : "text"}`);
    strings.push(bytes);
  }
  return done({ datatype, shape, elements: strings });
};

/** JSON of a number, such that reading it gives the same bits; minus zero keeps its sign. */
const writeNumber = (number: number | bigint): string => (Object.is(number, -0) ? "-0.0" : String(number));

/** The JSON list of a numeric tensor, or null where a number has no JSON (infinite, or none). */
export const writeJsonData = (tensor: Extract<WireTensor, { readonly bytes: unknown }>): string | null => {
  const { array } = NUMERIC[tensor.datatype];
  const aligned =
    tensor.bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? tensor.bytes : tensor.bytes.slice();
  const numbers = new array(aligned.buffer, aligned.byteOffset, countElements(tensor.shape));
  const parts: string[] = [];
  for (const number of numbers) {
    if (typeof number === "number" && !Number.isFinite(number)) return null;
    parts.push(tensor.datatype === "BOOL" ? String(number !== 0) : writeNumber(number));
  }
  return `[${parts.join(",")}]`;
};
