/** The UTC month of a time, `yyyy-mm`: the period of a quota. */
export const monthOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 7);

/** The first millisecond of the next UTC month. */
export function nextMonthMs(timeMs: number): number {
  const date = new Date(timeMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** The UTC month before that of a time. */
export function lastMonthOf(timeMs: number): string {
  const date = new Date(timeMs);
  return monthOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1));
}
