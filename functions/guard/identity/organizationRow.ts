import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { apiKeys, organizations } from "../../../drizzle/guard.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import type { Row } from "../../contracts/ports.ts";
import { consentOrNone } from "../consent/readConsent.ts";
import { selectConsent } from "../consent/store.ts";
import { PERSON_FREE } from "../consent/subjectDigest.ts";
import { isActive } from "./keyStore.ts";
import type { Organization } from "./organizationSchema.ts";

/** What `organizationOf` is made from: the organization with its keys counted, and its person-free consent. */
export const selectOrganization = (id: string, now: string): SQL[] => [
  sql`select id, name, slug, cell, floor(extract(epoch from created_at) * 1000)::float8 as created_at_ms,
      ${countKeys("live", now)} as live_keys, ${countKeys("test", now)} as test_keys
    from ${organizations} where id = ${id}::uuid`,
  selectConsent(id, PERSON_FREE),
];

function countKeys(environment: "live" | "test", now: string): SQL {
  return sql`(select count(*)::integer from ${apiKeys} where environment = ${environment} and ${isActive(now)})`;
}

const rowSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string(),
  cell: z.string(),
  created_at_ms: z.number(),
  live_keys: z.number(),
  test_keys: z.number(),
});

/** The rows of `selectOrganization` as the API says them. */
export function organizationOf([organization, consent]: readonly (Row | undefined)[]): Organization {
  const row = rowSchema.parse(organization);
  return {
    id: toPublicId("organization", row.id),
    name: row.name,
    slug: row.slug,
    cell: row.cell,
    person_free: consentOrNone(consent),
    active_keys: { live: row.live_keys, test: row.test_keys },
    created_at: new Date(row.created_at_ms).toISOString(),
  };
}
