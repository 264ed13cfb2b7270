import { countElements, NUMERIC, type NumericDatatype, type WireTensor } from "./datatypes.ts";
import { done, type Outcome, refuse } from "./outcome.ts";

/** Splits BYTES elements, each behind its length as four little-endian bytes; null where they do not fill the data exactly. */
const splitElements = (data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const elements: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  while (offset < data.length) {
    if (offset + 4 > data.length) return null;
    const end = offset + 4 + view.getUint32(offset, true);
    if (end > data.length) return null;
    elements.push(data.subarray(offset + 4, end));
    offset = end;
  }
  return elements;
};

/** Reads a tensor in Triton's binary form: little-endian, row-major. */
export const readBinaryData = (
  data: Uint8Array<ArrayBuffer>,
  datatype: NumericDatatype | "BYTES",
  shape: readonly number[],
): Outcome<WireTensor> => {
  const count = countElements(shape);
  if (datatype === "BYTES") {
    const elements = splitElements(data);
    if (elements?.length !== count) return refuse(400, `binary data does not hold ${count} BYTES elements`);
    return done({ datatype, shape, elements });
  }
  const sizeBytes = count * NUMERIC[datatype].sizeBytes;
  if (data.length !== sizeBytes)
    return refuse(400, `binary data has ${data.length} bytes where its shape takes ${sizeBytes}`);
  if (datatype === "BOOL" && data.some((byte) => byte > 1))
    return refuse(400, "binary data holds what is no BOOL");
  // A copy of its own: numbers must lie aligned, and the body may be handed to a worker before its neighbors.
  return done({ datatype, shape, bytes: data.slice() });
};

/** Writes a tensor in Triton's binary form. */
export const writeBinaryData = (tensor: WireTensor): Uint8Array => {
  if (tensor.datatype !== "BYTES") return tensor.bytes;
  const parts = tensor.elements.flatMap((element) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(element.length);
    return [length, element];
  });
  return Buffer.concat(parts);
};
