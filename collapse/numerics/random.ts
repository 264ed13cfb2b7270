/** A seeded stream of numbers from 0 up to 1, 53 bits each. */
export interface Random {
  next(): number;
  /** A whole number from 0 up to, and without, `below`. */
  whole(below: number): number;
  /** A number of the standard normal distribution. */
  normal(): number;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/**
 * xoshiro128** (Blackman and Vigna 2018), seeded through murmur3's finalizer; the same for a seed and a purpose on
 * every machine. `purpose` keeps the streams of one check apart.
 */
export function seededRandom(seed: number, purpose: string): Random {
  const state = new Uint32Array(4);
  let word = seed >>> 0;
  for (let index = 0; index < purpose.length; index++)
    word = Math.imul(word ^ purpose.charCodeAt(index), 0x01000193);
  for (let index = 0; index < 4; index++) {
    word = (word + 0x9e3779b9) | 0;
    state[index] = mixed(word);
  }
  const next32 = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const c2 = c ^ a;
    const d2 = d ^ b;
    state[0] = a ^ d2;
    state[1] = b ^ c2;
    state[2] = c2 ^ (b << 9);
    state[3] = rotate(d2, 11);
    return result;
  };
  const next = (): number => ((next32() >>> 5) * 67_108_864 + (next32() >>> 6)) / 9_007_199_254_740_992;
  return {
    next,
    whole: (below) => Math.floor(next() * below),
    // Box and Muller 1958; the second number of each couple is left, so that a call reads two words and keeps nothing.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** murmur3's finalizer (Appleby): every bit of a 32-bit word comes to depend on every other. */
export function mixed(word: number): number {
  let bits = word;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The whole numbers from 0 up to `count` in random order (Fisher and Yates). */
export function shuffledIndices(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.whole(last + 1);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}
