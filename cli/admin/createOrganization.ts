import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { consentTierSchema, legalBasisSchema } from "../../functions/contracts/tiers.ts";
import { defineCommand } from "../command.ts";
import { wrongUsage } from "../failure.ts";
import { newKeySchema, SHOWN_ONCE } from "../keys/answers.ts";
import { limitOptions, limitsOf } from "../optionSchemas.ts";
import { renderObject } from "../output/table.ts";

const foundedSchema = z.looseObject({ organization: z.record(z.string(), z.unknown()), key: newKeySchema });

/** `headgate admin create-organization`: founds an organization and prints its first key once. */
export const createOrganizationCommand = defineCommand({
  words: "admin create-organization",
  summary: "Found an organization; its first key is printed this once",
  keyOf: "platform",
  options: {
    name: z.string().describe("what people call it"),
    slug: z.string().describe("its short name: lower-case letters, digits, hyphens"),
    "person-free-tier": consentTierSchema.optional().describe("tier of the streams that show nobody"),
    "person-free-basis": legalBasisSchema.optional().describe("legal ground of that tier"),
    ...limitOptions,
  },
  async run({ options }, { ask }) {
    const { "person-free-tier": tier, "person-free-basis": basis } = options;
    if ((tier === undefined) !== (basis === undefined))
      return wrongUsage("A tier of person-free streams needs its legal ground: give both or neither.");
    const body = {
      name: options.name,
      slug: options.slug,
      ...(tier === undefined ? {} : { person_free: { tier, legal_basis: basis } }),
      limits: limitsOf(options),
    };
    const founded = await ask({ method: "POST", path: "/v1/organizations", body }, foundedSchema);
    if (!founded.ok) return founded;
    const { organization, key } = founded.value;
    const notes = ["", renderObject(organization), "", SHOWN_ONCE];
    return done({ json: founded.value, out: key.key, notes });
  },
});
