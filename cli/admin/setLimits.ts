import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { wrongUsage } from "../failure.ts";
import { rowSchema } from "../keys/answers.ts";
import { wholeNumber } from "../optionSchemas.ts";
import { renderObject } from "../output/table.ts";

const DEFAULT = "default";

/** A limit as it is typed; `default` takes the organization's own away. */
const limit = z.union([z.literal(DEFAULT).transform(() => null), wholeNumber]).optional();

const currentSchema = z.object({
  rate_per_second: z.number().nullable(),
  quota_per_month: z.number().nullable(),
  concurrency: z.number().nullable(),
});

/** `headgate admin limits set`: changes the limits that are named. The API replaces them all, so they are read first. */
export const setLimitsCommand = defineCommand({
  words: "admin limits set",
  summary: "Change the organization's limits, everywhere within one second",
  keyOf: "organization",
  options: {
    rate: limit.describe("requests per second, or `default`"),
    quota: limit.describe("requests per month, or `default`"),
    concurrency: limit.describe("requests in flight, or `default`"),
  },
  async run({ options: { rate, quota, concurrency } }, { ask }) {
    if (rate === undefined && quota === undefined && concurrency === undefined)
      return wrongUsage("Give --rate, --quota or --concurrency.");
    const current = await ask({ method: "GET", path: "/v1/limits" }, currentSchema);
    if (!current.ok) return current;
    const keep = (changed: number | null | undefined, held: number | null) =>
      changed === undefined ? held : changed;
    const body = {
      rate_per_second: keep(rate, current.value.rate_per_second),
      quota_per_month: keep(quota, current.value.quota_per_month),
      concurrency: keep(concurrency, current.value.concurrency),
    };
    const limits = await ask({ method: "PUT", path: "/v1/limits", body }, rowSchema);
    return limits.ok ? done({ json: limits.value, out: renderObject(limits.value) }) : limits;
  },
});
