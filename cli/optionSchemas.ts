import { z } from "zod";

/** A whole number as it is typed. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number")
  .transform(Number);

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A span of time in seconds: `0`, `90s`, `30m`, `24h`, `7d`. */
export const duration = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (count === undefined) {
    context.addIssue({ code: "custom", message: "must be a span such as 30m, 24h or 7d" });
    return z.NEVER;
  }
  return Number(count) * SECONDS[z.enum(["s", "m", "h", "d"]).catch("s").parse(unit)];
});

/** Limits as options, by the names that the API has for them. */
export const limitOptions = {
  rate: wholeNumber.optional().describe("requests per second"),
  quota: wholeNumber.optional().describe("requests per month"),
  concurrency: wholeNumber.optional().describe("requests in flight"),
};

export interface LimitOptions {
  readonly rate?: number | undefined;
  readonly quota?: number | undefined;
  readonly concurrency?: number | undefined;
}

/** The limits that were given, as the API takes them. */
export function limitsOf(options: LimitOptions) {
  return {
    ...(options.rate === undefined ? {} : { rate_per_second: options.rate }),
    ...(options.quota === undefined ? {} : { quota_per_month: options.quota }),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  };
}
