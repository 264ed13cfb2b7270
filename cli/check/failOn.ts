import { z } from "zod";
import { VERDICTS, type Verdict, verdictSchema } from "../../collapse/contracts/report.ts";

/** The verdicts that end with their own exit code: names between commas, or `none`. */
export const failOnSchema = z.string().transform((text, context): readonly Verdict[] => {
  if (text === "none") return [];
  const named = z.array(verdictSchema).safeParse(text.split(","));
  if (named.success) return named.data;
  context.addIssue({
    code: "custom",
    message: `must be verdicts between commas (${VERDICTS.join(", ")}), or none`,
  });
  return z.NEVER;
});
