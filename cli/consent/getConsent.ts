import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { rowSchema } from "../keys/answers.ts";
import { renderObject } from "../output/table.ts";
import { consentPath } from "./path.ts";

/** `headgate consent get <subject>`: what the person consents to now. */
export const getConsentCommand = defineCommand({
  words: "consent get",
  operands: ["subject"],
  summary: "Show what a person consents to",
  keyOf: "organization",
  options: {},
  async run({ operands: [subject = ""] }, { ask }) {
    const consent = await ask({ method: "GET", path: consentPath(subject) }, rowSchema);
    return consent.ok ? done({ json: consent.value, out: renderObject(consent.value) }) : consent;
  },
});
