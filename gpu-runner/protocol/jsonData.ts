import { countElements, NUMERIC, type NumericDatatype, numbersOf, type WireTensor } from "./datatypes.ts";
import { fromBrain, fromHalf, toBrain, toHalf } from "./halfFloats.ts";
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

/** How a number is brought to a floating-point datatype: to the nearest one that it has. */
const ROUND: Readonly<Partial<Record<NumericDatatype, (number: number) => number>>> = {
  FP64: (number) => number,
  FP32: Math.fround,
  FP16: (number) => fromHalf(toHalf(number)),
  BF16: (number) => fromBrain(toBrain(number)),
};

/** The number that an element stands for in this datatype, or null where it is none or out of range. */
const toNumber = (element: unknown, datatype: NumericDatatype): number | null => {
  if (datatype === "BOOL")
    return element === true || element === 1 ? 1 : element === false || element === 0 ? 0 : null;
  if (typeof element !== "number" || !Number.isFinite(element)) return null;
  const round = ROUND[datatype];
  if (round !== undefined) return Number.isFinite(round(element)) ? element : null;
  return Number.isSafeInteger(element) ? element : null;
};

/** 64-bit integers; `bigint` where the parser kept one that a number cannot say. Null where one does not fit. */
const fromIntegers = (
  elements: readonly unknown[],
  datatype: "INT64" | "UINT64",
): Uint8Array<ArrayBuffer> | null => {
  const wide = new NUMERIC[datatype].array(elements.length);
  for (const [index, element] of elements.entries()) {
    const integer = typeof element === "number" && Number.isSafeInteger(element) ? BigInt(element) : element;
    if (typeof integer !== "bigint") return null;
    wide[index] = integer;
    if (wide[index] !== integer) return null;
  }
  return new Uint8Array(wide.buffer);
};

const fromNumbers = (
  elements: readonly unknown[],
  datatype: NumericDatatype,
): Uint8Array<ArrayBuffer> | null => {
  if (datatype === "INT64" || datatype === "UINT64") return fromIntegers(elements, datatype);
  const numbers: number[] = [];
  for (const element of elements) {
    const number = toNumber(element, datatype);
    if (number === null) return null;
    numbers.push(number);
  }
  if (datatype === "FP16") return new Uint8Array(Uint16Array.from(numbers, toHalf).buffer);
  if (datatype === "BF16") return new Uint8Array(Uint16Array.from(numbers, toBrain).buffer);
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

const WIDEN: Readonly<Partial<Record<NumericDatatype, (bits: number) => number>>> = {
  FP16: fromHalf,
  BF16: fromBrain,
};

const writeNumbers = (tensor: Extract<WireTensor, { readonly bytes: unknown }>): string | null => {
  const widen = WIDEN[tensor.datatype];
  const parts: string[] = [];
  for (const packed of numbersOf(tensor)) {
    const number = typeof packed === "number" && widen !== undefined ? widen(packed) : packed;
    if (typeof number === "number" && !Number.isFinite(number)) return null;
    parts.push(tensor.datatype === "BOOL" ? String(number !== 0) : writeNumber(number));
  }
  return `[${parts.join(",")}]`;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const writeTexts = (elements: readonly Uint8Array[]): string | null => {
  try {
    return JSON.stringify(elements.map((element) => utf8.decode(element)));
  } catch {
    return null;
  }
};

/** The JSON list of a tensor, or null where it holds what JSON cannot say: an infinite number, none, or no UTF-8. */
export const writeJsonData = (tensor: WireTensor): string | null =>
  tensor.datatype === "BYTES" ? writeTexts(tensor.elements) : writeNumbers(tensor);
