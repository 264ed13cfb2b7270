import type { Report, Verdict } from "../contracts/report.ts";

const CODES = {
  healthy: 0,
  collapsed: 1,
  indeterminate: 2,
  insufficient_data: 2,
} as const satisfies Record<Verdict, number>;

/** What stops a training job unless somebody says otherwise: all that is not known to be healthy. */
export const FAIL_ON: readonly Verdict[] = ["collapsed", "indeterminate", "insufficient_data"];

/**
 * The exit code of a verdict: 0 healthy, 1 collapsed, 2 indeterminate or insufficient data; 0 for a verdict that is
 * not in `failOn`. Usage and data errors have no report, and exit with 3.
 */
export const exitCodeOf = (
  { verdict }: Pick<Report, "verdict">,
  failOn: readonly Verdict[] = FAIL_ON,
): number => (failOn.includes(verdict) ? CODES[verdict] : 0);
