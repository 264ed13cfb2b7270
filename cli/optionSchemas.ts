import { z } from "zod";

/** A whole number as it is typed. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number")
  .transform(Number);

/** The seed of a stream of chance: 32 bits. */
export const seedNumber = wholeNumber.refine((seed) => seed <= 0xffffffff, "must be at most 4294967295");

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

const BYTES = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
} as const;

/** A size in bytes: `900MB`, `1GB`, `1.5GiB`. */
export const dataSize = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d{1,12}(?:\.\d{1,6})?) ?([a-z]*)$/i.exec(text) ?? [];
  const known = z.enum(["", "B", "KB", "MB", "GB", "TB", "KIB", "MIB", "GIB"]).safeParse(unit?.toUpperCase());
  const size = known.success ? Math.floor(Number(count) * BYTES[known.data]) : 0;
  if (size > 0) return size;
  context.addIssue({ code: "custom", message: "must be a size such as 900MB or 1GB" });
  return z.NEVER;
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
