/** Below so many numbers the digits' tables cost more than they save. */
const FEW = 2_048;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Sorts numbers in place, ascending, -0 before 0; NaN must not be among them. By the digits of their bits, the last
 * digit first (radix sort, Knuth, TAOCP 3, 5.2.5), which is several times faster than `sort` from thousands on.
 */
export function sortNumbers(values: Float64Array): Float64Array {
  if (values.length < FEW) return values.sort();
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  let keys = rising(words);
  let moved: Keys = { lows: new Int32Array(values.length), highs: new Int32Array(values.length) };
  for (let pass = 0; pass < 6; pass++) {
    const shift = (pass % 3) * DIGIT_BITS;
    if (!moveByDigit(keys, moved, pass < 3 ? keys.lows : keys.highs, shift)) continue;
    [keys, moved] = [moved, keys];
  }
  for (let place = 0; place < values.length; place++) {
    const high = keys.highs[place] ?? 0;
    const flip = ~high >> 31;
    words[2 * place] = (keys.lows[place] ?? 0) ^ flip;
    words[2 * place + 1] = high ^ (flip | NEGATIVE);
  }
  return values;
}

const NEGATIVE = -2_147_483_648;

interface Keys {
  readonly lows: Int32Array;
  readonly highs: Int32Array;
}

/** Bits that, without a sign, rise with the number: the sign turned, and all the others too where it is negative. */
function rising(words: Int32Array): Keys {
  const lows = new Int32Array(words.length / 2);
  const highs = new Int32Array(lows.length);
  for (let place = 0; place < lows.length; place++) {
    const high = words[2 * place + 1] ?? 0;
    const flip = high >> 31;
    lows[place] = (words[2 * place] ?? 0) ^ flip;
    highs[place] = high ^ (flip | NEGATIVE);
  }
  return { lows, highs };
}

/** Moves keys into the order of one digit, equal ones as they came; false, and nothing moved, where all have the same. */
function moveByDigit(from: Keys, to: Keys, word: Int32Array, shift: number): boolean {
  const size = word.length;
  const starts = new Uint32Array(DIGITS);
  for (let place = 0; place < size; place++) {
    const digit = ((word[place] ?? 0) >>> shift) & (DIGITS - 1);
    starts[digit] = (starts[digit] ?? 0) + 1;
  }
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit] ?? 0;
    if (count === size) return false;
    starts[digit] = sum;
    sum += count;
  }
  for (let place = 0; place < size; place++) {
    const digit = ((word[place] ?? 0) >>> shift) & (DIGITS - 1);
    const next = starts[digit] ?? 0;
    starts[digit] = next + 1;
    to.lows[next] = from.lows[place] ?? 0;
    to.highs[next] = from.highs[place] ?? 0;
  }
  return true;
}
