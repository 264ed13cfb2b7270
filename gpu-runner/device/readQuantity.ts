/** Units that nvidia-smi writes behind a number, each with what it is of its base unit and the range of what can be true. */
const UNITS = {
  C: { per: 1, times: 1, least: -60, most: 200 },
  "%": { per: 100, times: 1, least: 0, most: 100 },
  MiB: { per: 1, times: 2 ** 20, least: 0, most: 2 ** 26 },
  W: { per: 1, times: 1, least: 0, most: 20_000 },
  MHz: { per: 1, times: 1_000_000, least: 0, most: 100_000 },
  "": { per: 1, times: 1, least: 0, most: 2 ** 32 - 2 },
} as const;
export type Unit = keyof typeof UNITS;

/**
 * Reads `83 C` as 83, `12 %` as 0.12, `512 MiB` as bytes, `1410 MHz` as hertz. Null for `N/A`, `[N/A]`,
 * `[Not Supported]` and the like, for another unit, and for numbers that no card can mean: sensors that are
 * not there answer with the largest number of their type, such as 4294967295 or 9223372036854775794.
 */
export const readQuantity = (text: string | null, unit: Unit): number | null => {
  const [, digits, given] = /^\s*(-?\d{1,20}(?:\.\d{1,9})?)\s*(\S*)\s*$/.exec(text ?? "") ?? [];
  const { least, most, per, times } = UNITS[unit];
  const value = Number(digits);
  return given === unit && value >= least && value <= most ? (value * times) / per : null;
};
