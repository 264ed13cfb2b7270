/** Takes numbers one array after another, to be read in the same order. What was put is not changed until the end. */
export interface TapeWriter {
  put(values: ArrayLike<number>): void;
  /** An array whose length the reader cannot know: its length goes before it. */
  putCounted(values: ArrayLike<number>): void;
  numbers(): Float64Array;
}

export function writeTape(): TapeWriter {
  const parts: Float64Array[] = [];
  const put = (values: ArrayLike<number>): void => {
    parts.push(values instanceof Float64Array ? values : Float64Array.from(values));
  };
  return {
    put,
    putCounted: (values) => {
      put([values.length]);
      put(values);
    },
    numbers: () => {
      const all = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
      let offset = 0;
      for (const part of parts) {
        all.set(part, offset);
        offset += part.length;
      }
      return all;
    },
  };
}

/** Gives numbers back in the order in which they were put. */
export interface TapeReader {
  /** The next `length` numbers; none, and never again any, where there are fewer left. */
  take(length: number): Float64Array;
  takeOne(): number;
  takeCounted(): Float64Array;
  /** Whether all was read that there is, and no more was asked for. */
  isExact(): boolean;
}

export function readTape(numbers: Float64Array): TapeReader {
  let at = 0;
  let short = false;
  const take = (length: number): Float64Array => {
    short ||= !Number.isSafeInteger(length) || length < 0 || length > numbers.length - at;
    if (short) return new Float64Array(0);
    at += length;
    return numbers.slice(at - length, at);
  };
  const takeOne = (): number => take(1)[0] ?? 0;
  return {
    take,
    takeOne,
    takeCounted: () => take(takeOne()),
    isExact: () => !short && at === numbers.length,
  };
}
