import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** The parts of a ModelInferRequest that are messages of their own, by field number. */
interface Part {
  readonly [field: number]: Part;
}
const CONTENTS: Part = {};
const REQUEST: Part = { 5: { 5: CONTENTS }, 6: {} };

/** Far more than any request has: a tensor is one field however many numbers it holds, a text is one field each. */
const FIELD_LIMIT = 16_384;

/** Counts the fields of a message and of its parts, down to zero. */
const countDown = (bytes: Uint8Array, part: Part, left: number): number => {
  const reader = new BinaryReader(bytes);
  let count = left;
  while (reader.pos < reader.len && count > 0) {
    const [field, type] = reader.tag();
    count -= 1;
    const inner = part[field];
    if (inner !== undefined && type === WireType.LengthDelimited)
      count = countDown(reader.bytes(), inner, count);
    else reader.skip(type, field);
  }
  return count;
};

/**
 * Whether the bytes of a ModelInferRequest have no more fields than a request can need. Each field, empty as it may be
 * in two bytes, becomes an object: without this look a message of a few megabytes would take gigabytes and seconds.
 * Throws where the bytes are no message.
 */
export const isModest = (bytes: Uint8Array): boolean => countDown(bytes, REQUEST, FIELD_LIMIT) > 0;
