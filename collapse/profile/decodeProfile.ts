import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { findDamage } from "./findDamage.ts";
import { takeFrame, takePlan } from "./frameTape.ts";
import { headerSchema } from "./header.ts";
import type { Learned } from "./learned.ts";
import { readTape } from "./numberTape.ts";
import { type Refusal, unseal } from "./sealed.ts";
import { takeSummary } from "./summaryTape.ts";

/** Reads a profile's bytes, whoever wrote them: whatever is wrong with them is a refusal, never an exception. */
export function decodeProfile(bytes: Uint8Array): Outcome<Learned, Refusal> {
  const unsealed = unseal(bytes);
  if (!unsealed.ok) return unsealed;
  const parsed = headerSchema.safeParse(unsealed.value.header);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return damaged(`its header is none (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})`);
  }
  const header = parsed.data;
  const tape = readTape(unsealed.value.numbers);
  const plan = takePlan(header, tape);
  const frame = takeFrame(header, tape);
  const summary = takeSummary(frame, header, tape);
  if (!tape.isExact()) return damaged("its numbers are not as many as its header needs");
  const damage = findDamage(frame, summary);
  return damage === null
    ? done({ plan, frame, summary, seed: header.seed, savedFrom: header.files })
    : damaged(damage);
}

const damaged = (reason: string): { readonly ok: false; readonly failure: Refusal } =>
  failed({ kind: "damaged", reason });
