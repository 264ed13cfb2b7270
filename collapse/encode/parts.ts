import type { Variable } from "../contracts/columns.ts";

const DAY_SECONDS = 86_400;

/** Day of the week of an instant in seconds since 1970, in UTC: 0 is Sunday; NaN stays NaN. */
export const weekdayOf = (epochSeconds: number): number => {
  const day = (Math.floor(epochSeconds / DAY_SECONDS) + 4) % 7;
  return day < 0 ? day + 7 : day;
};

/** Hour of the day of an instant in seconds since 1970, in UTC; NaN stays NaN. */
export const hourOf = (epochSeconds: number): number =>
  Math.floor((epochSeconds - Math.floor(epochSeconds / DAY_SECONDS) * DAY_SECONDS) / 3_600);

/** What a variable is counted by, of the column's value. */
export function partOf(part: Variable["part"], value: number): number {
  if (part === "weekday") return weekdayOf(value);
  return part === "hour" ? hourOf(value) : value;
}
