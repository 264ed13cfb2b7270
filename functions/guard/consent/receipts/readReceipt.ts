import type { Configuration } from "../../../contracts/configuration.ts";
import { done, failed, type Outcome } from "../../../contracts/outcome.ts";
import type { Database, Signer } from "../../../contracts/ports.ts";
import type { Problem } from "../../../contracts/problems.ts";
import { storageProblem } from "../../identity/storageProblem.ts";
import { refOf } from "../readConsent.ts";
import { heldEventSchema, selectHeldEvent } from "../store.ts";
import type { Receipt } from "./schema.ts";
import { signReceipt } from "./signReceipt.ts";

export interface ReadReceiptPorts {
  readonly database: Database;
  readonly configuration: Configuration;
  readonly signer: Signer;
}

/**
 * The receipt of the event that holds for a subject (null: person-free streams). `not_found` where the ledger
 * knows no event.
 */
export async function readReceipt(
  organizationId: string,
  subject: string | null,
  ports: ReadReceiptPorts,
): Promise<Outcome<Receipt, Problem>> {
  const ref = await refOf(organizationId, subject, ports.configuration);
  const read = await ports.database.forOrg(organizationId, [selectHeldEvent(organizationId, ref)]);
  if (!read.ok) return failed(storageProblem(read.failure));
  const row = read.value[0]?.[0];
  if (row === undefined) return failed({ code: "not_found" });
  return done(await signReceipt(organizationId, heldEventSchema.parse(row), ports.signer));
}
