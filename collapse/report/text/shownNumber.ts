const THOUSANDS = /\B(?=(\d{3})+$)/g;

/** A whole number for people: 1,204,331; "–" where there is none. */
export const shownCount = (count: number): string =>
  Number.isFinite(count) ? String(Math.round(count)).replace(THOUSANDS, ",") : "–";

/** A measured number in three significant digits: 0.0123, 4.56, 1,230, 2.1e-7; "–" where there is none. */
export function shownNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.0005 || size >= 1e9) return value.toExponential(1).replace("e+", "e");
  if (size >= 1000) return `${value < 0 ? "-" : ""}${shownCount(size)}`;
  return String(Number(value.toPrecision(3)));
}

/** A share of chance: a p of 399 draws is never zero. */
export const shownChance = (p: number): string => (p < 0.001 ? "< 0.001" : shownNumber(p));
