import { z } from "zod";
import { consentSchema, setPersonFreeTierRequestSchema } from "../consent/schema.ts";
import { createdKeySchema, limitFields, nameSchema } from "./schema.ts";

/** Lower-case letters, digits and inner hyphens, as in a host name. */
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Body of `POST /v1/organizations`. */
export const foundOrganizationRequestSchema = z.strictObject({
  name: nameSchema,
  slug: z.string().regex(SLUG, "must be 1 to 63 lower-case letters, digits and inner hyphens"),
  person_free: setPersonFreeTierRequestSchema
    .optional()
    .describe(
      "Tier of the streams that show nobody, and the ground on which it is declared; absent: `none`.",
    ),
  limits: z.strictObject(limitFields).default({}),
});
export type FoundOrganizationRequest = z.infer<typeof foundOrganizationRequestSchema>;

/** An organization as its own keys see it. */
export const organizationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    cell: z.string(),
    person_free: consentSchema,
    active_keys: z.object({ live: z.int(), test: z.int() }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Organization" });
export type Organization = z.infer<typeof organizationSchema>;

/** Answer of `POST /v1/organizations`; the key is shown this once. */
export const foundedOrganizationSchema = z
  .object({ organization: organizationSchema, key: createdKeySchema })
  .meta({ id: "FoundedOrganization" });
export type FoundedOrganization = z.infer<typeof foundedOrganizationSchema>;

/** Body of `PATCH /v1/organization`; what is not given stays. */
export const changeOrganizationRequestSchema = z
  .strictObject({
    name: nameSchema.optional(),
    person_free: setPersonFreeTierRequestSchema.optional(),
  })
  .refine(({ name, person_free }) => name !== undefined || person_free !== undefined, {
    message: "give what is to be changed: `name`, `person_free` or both",
  });
export type ChangeOrganizationRequest = z.infer<typeof changeOrganizationRequestSchema>;
