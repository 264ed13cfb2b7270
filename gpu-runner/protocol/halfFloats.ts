const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);
const half = new Float16Array(1);
const halfBits = new Uint16Array(half.buffer);

/** The bits of the FP16 (IEEE 754 binary16) nearest to a number, ties to even; infinity beyond its range. */
export const toHalf = (number: number): number => {
  half[0] = number;
  return halfBits[0] ?? 0;
};

/** The number that FP16 bits stand for. */
export const fromHalf = (bits: number): number => {
  halfBits[0] = bits;
  return half[0] ?? 0;
};

/** The bits of the BF16 (the upper half of a float32) nearest to a number, ties to even; infinity beyond its range. */
export const toBrain = (number: number): number => {
  float[0] = number;
  const bits = floatBits[0] ?? 0;
  if (Number.isNaN(number)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
};

/** The number that BF16 bits stand for. */
export const fromBrain = (bits: number): number => {
  floatBits[0] = bits << 16;
  return float[0] ?? 0;
};
