import { z } from "zod";
import { done } from "../../functions/contracts/outcome.ts";
import { ROLES, roleSchema, scopeSchema } from "../../functions/contracts/scopes.ts";
import { consentTierSchema } from "../../functions/contracts/tiers.ts";
import { defineCommand } from "../command.ts";
import { wrongUsage } from "../failure.ts";
import { type LimitOptions, limitOptions, limitsOf } from "../optionSchemas.ts";
import { renderObject } from "../output/table.ts";
import { newKeySchema, SHOWN_ONCE, withoutKey } from "./answers.ts";

/** `headgate keys create`: makes a key and prints its text, the only time that anybody can see it. */
export const createKeyCommand = defineCommand({
  words: "keys create",
  summary: "Make a key; its text is printed this once",
  keyOf: "organization",
  options: {
    name: z.string().describe("what people call it"),
    role: z.array(roleSchema).default([]).describe(Object.keys(ROLES).join(", ")),
    scope: z.array(scopeSchema).default([]).describe("a scope such as act:invoke"),
    test: z.boolean().default(false).describe("make a test key"),
    expires: z.iso.datetime().optional().describe("when it ends, RFC 3339 UTC"),
    cidr: z.array(z.string()).default([]).describe("network that it may be used from"),
    "max-tier": consentTierSchema.optional().describe("strongest tier under which its data is kept"),
    "default-robot-type": z.string().optional().describe("robot type for clients that send none"),
    "default-subject": z.string().optional().describe("subject for clients that send none"),
    "default-model": z.string().optional().describe("model for clients that send none"),
    ...limitOptions,
  },
  async run({ options }, { ask }) {
    if (options.role.length + options.scope.length === 0)
      return wrongUsage("A key needs a role or a scope: give --role or --scope.");
    const body = bodyOf(options);
    const made = await ask({ method: "POST", path: "/v1/keys", body }, newKeySchema);
    if (!made.ok) return made;
    return done({
      json: made.value,
      out: made.value.key,
      notes: ["", renderObject(withoutKey(made.value)), "", SHOWN_ONCE],
    });
  },
});

interface KeyOptions extends LimitOptions {
  readonly name: string;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly test: boolean;
  readonly expires?: string | undefined;
  readonly cidr: readonly string[];
  readonly "max-tier"?: string | undefined;
  readonly "default-robot-type"?: string | undefined;
  readonly "default-subject"?: string | undefined;
  readonly "default-model"?: string | undefined;
}

/** The body of `POST /v1/keys`. What was not given stays undefined, which JSON leaves out. */
const bodyOf = (options: KeyOptions) => ({
  name: options.name,
  environment: options.test ? "test" : "live",
  roles: options.role,
  scopes: options.scope,
  expires_at: options.expires,
  cidrs: options.cidr,
  max_tier: options["max-tier"],
  defaults: {
    robot_type: options["default-robot-type"],
    subject: options["default-subject"],
    model: options["default-model"],
  },
  ...limitsOf(options),
});
