import type { z } from "zod";
import type { CheckFailure } from "./contracts/failure.ts";

/** A request that its schema refuses, by the first thing that is wrong with it. */
export function badOption({ issues: [issue] }: z.ZodError): CheckFailure {
  const path = issue?.path.join(".") ?? "";
  const message = issue?.message ?? "The request is not understood.";
  return {
    code: "bad_option",
    detail: path === "" ? message : `\`${path}\`: ${message}`,
    fix: "See `headgate check --help` for what may be asked.",
    file: null,
    column: null,
  };
}
