import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { defineCommand } from "../command.ts";
import { consentPath } from "./path.ts";

const receiptSchema = z.looseObject({ receipt: z.string() });

/** `headgate consent receipt <subject>`: the signed receipt, as a compact JWS. */
export const consentReceiptCommand = defineCommand({
  words: "consent receipt",
  operands: ["subject"],
  summary: "Print the signed receipt of a person's consent",
  keyOf: "organization",
  options: {},
  async run({ operands: [subject = ""] }, { ask }) {
    const receipt = await ask({ method: "GET", path: consentPath(subject, "/receipt") }, receiptSchema);
    return receipt.ok ? done({ json: receipt.value, out: receipt.value.receipt }) : receipt;
  },
});
