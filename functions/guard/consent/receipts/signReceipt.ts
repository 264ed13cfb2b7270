import type { Signer } from "../../../contracts/ports.ts";
import type { HeldEvent } from "../store.ts";
import { receiptContent } from "./receiptContent.ts";
import type { Receipt } from "./schema.ts";

/** The signed receipt of an event of the ledger; the same event gives the same text. */
export async function signReceipt(
  organizationId: string,
  event: HeldEvent,
  signer: Signer,
): Promise<Receipt> {
  const content = receiptContent(organizationId, event);
  return { receipt: await signer.sign("headgate-consent-receipt", content), content };
}
