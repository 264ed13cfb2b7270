import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Clock, Database } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { organizationOf, selectOrganization } from "./organizationRow.ts";
import type { Organization } from "./organizationSchema.ts";
import { storageProblem } from "./storageProblem.ts";

export interface ReadOrganizationPorts {
  readonly clock: Clock;
  readonly database: Database;
}

/** An organization as its own keys see it. */
export async function readOrganization(
  organizationId: string,
  { clock, database }: ReadOrganizationPorts,
): Promise<Outcome<Organization, Problem>> {
  const now = new Date(clock.now()).toISOString();
  const read = await database.forOrg(organizationId, selectOrganization(organizationId, now));
  if (!read.ok) return failed(storageProblem(read.failure));
  return done(organizationOf(read.value.map((rows) => rows[0])));
}
