import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { consentTierSchema, legalBasisSchema } from "../../functions/contracts/tiers.ts";
import { defineCommand } from "../command.ts";
import { rowSchema } from "../keys/answers.ts";
import { wholeNumber } from "../optionSchemas.ts";
import { renderObject } from "../output/table.ts";
import { consentPath } from "./path.ts";

/** `headgate consent set <subject> --tier …`: holds everywhere within one second; `none` withdraws. */
export const setConsentCommand = defineCommand({
  words: "consent set",
  operands: ["subject"],
  summary: "Set or withdraw a person's consent, everywhere within one second",
  keyOf: "organization",
  options: {
    tier: consentTierSchema.describe("none, basic, analytics or research"),
    basis: legalBasisSchema.optional().describe("legal ground; consent where none is given"),
    notice: z.string().optional().describe("version of the notice that the person saw"),
    "notice-hash": z.string().optional().describe("SHA-256 of that notice"),
    "expected-version": wholeNumber.optional().describe("refuse when it is at another version by now"),
  },
  async run({ operands: [subject = ""], options }, { ask }) {
    const body = {
      tier: options.tier,
      legal_basis: options.basis,
      notice_version: options.notice,
      notice_hash: options["notice-hash"],
      expected_version: options["expected-version"],
    };
    const consent = await ask({ method: "PUT", path: consentPath(subject), body }, rowSchema);
    if (!consent.ok) return consent;
    const { receipt: _, ...shown } = consent.value;
    const notes = ["The signed receipt: `headgate consent receipt`, or --json."];
    return done({ json: consent.value, out: renderObject(shown), notes });
  },
});
