const BYTES = 8;
/** Words of a number on this machine, the lower one first. */
const [LOW, HIGH] = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];

/**
 * Writes the bytes of float64 numbers plane by plane: the lowest byte of each, then the next, and so on. Counts have zeros in
 * most of their bytes, and numbers of one kind share the highest ones: side by side these pack well.
 */
export function writePlanes(numbers: Float64Array, planes: Uint8Array): void {
  const { length } = numbers;
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * length);
  for (let index = 0; index < length; index++) {
    const low = words[2 * index + LOW] ?? 0;
    const high = words[2 * index + HIGH] ?? 0;
    for (let byte = 0; byte < 4; byte++) {
      planes[byte * length + index] = low >>> (8 * byte);
      planes[(byte + 4) * length + index] = high >>> (8 * byte);
    }
  }
}

/** The numbers whose planes these are, to the last bit. */
export function fromPlanes(planes: Uint8Array): Float64Array {
  const length = planes.length / BYTES;
  const numbers = new Float64Array(length);
  const words = new Uint32Array(numbers.buffer);
  const wordAt = (index: number, plane: number): number =>
    (planes[plane * length + index] ?? 0) |
    ((planes[(plane + 1) * length + index] ?? 0) << 8) |
    ((planes[(plane + 2) * length + index] ?? 0) << 16) |
    ((planes[(plane + 3) * length + index] ?? 0) << 24);
  for (let index = 0; index < length; index++) {
    words[2 * index + LOW] = wordAt(index, 0);
    words[2 * index + HIGH] = wordAt(index, 4);
  }
  return numbers;
}
