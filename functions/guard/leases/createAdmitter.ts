import { failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import { toHex } from "../../contracts/toHex.ts";
import { parseKeyText } from "../identity/keyText.ts";
import type { Admission, AdmissionRequest, Background } from "./admission.ts";
import { admitByAsking } from "./admitByAsking.ts";
import { admitWarm } from "./admitWarm.ts";
import { type AdmitterPorts, createIsolateMemory, type IsolateMemory } from "./isolateMemory.ts";
import { KeyState } from "./keyState.ts";
import { refuse } from "./refuse.ts";
import { type KeyQuestion, type VerifiedKey, verifyKey } from "./verifyKey.ts";

/** Beyond the longest deadline, what a request takes to be read and answered. */
const REQUEST_MARGIN_MS = 5000;

export interface Admitter {
  /** Decides whether a request may pass. Work that outlives the answer goes to `background`. */
  admit(request: AdmissionRequest, background: Background): Promise<Admission>;
  /** Whose key it is and whether it is good, using up nothing; see verifyKey. */
  verify(question: KeyQuestion, background: Background): Promise<Outcome<VerifiedKey, Problem>>;
}

/**
 * Makes the admitter of one isolate: who may pass, under which consent, within which limits. A key's lease,
 * at most LEASE_MS old, decides from memory; else Redis is asked once (docs/admission.md).
 */
export function createAdmitter(ports: AdmitterPorts): Admitter {
  const memory = createIsolateMemory(ports);
  return {
    async admit(request, background) {
      const { presentedKey } = request;
      if (presentedKey === null) return refuse(memory, "missing_key");
      const known = memory.known.get(presentedKey) ?? memory.candidates.get(presentedKey);
      const state = known ?? (await meet(memory, presentedKey));
      if (state === null) return refuse(memory, "unknown_key");
      const warm = admitWarm(memory, state, request, memory.clock.now(), background);
      return warm ?? admitByAsking(memory, state, request, background);
    },
    async verify(question, background) {
      const { presentedKey } = question;
      if (presentedKey === null) return failed({ code: "missing_key" });
      const known = memory.known.get(presentedKey) ?? memory.candidates.get(presentedKey);
      const state = known ?? (await meet(memory, presentedKey));
      if (state === null) return failed({ code: "unknown_key" });
      return verifyKey(memory, state, question, background);
    },
  };
}

/** Begins to know a key: reads its text and digests it. Null where it cannot be a key of this cell. */
async function meet(memory: IsolateMemory, presentedKey: string): Promise<KeyState | null> {
  const { configuration, digester, random, candidates, known } = memory;
  const parsed = parseKeyText(presentedKey);
  if (!parsed.ok || parsed.value.cell !== configuration.CELL) return null;
  const digests = await digester.all(presentedKey);
  // Another request may have met it meanwhile.
  const met = known.get(presentedKey) ?? candidates.get(presentedKey);
  if (met !== undefined) return met;
  const state = new KeyState(
    { text: presentedKey, keyId: parsed.value.keyId, digests },
    toHex(random.bytes(8)),
    configuration.ACT_DEADLINE_MAX_MS + REQUEST_MARGIN_MS,
    memory.defaultLimits,
  );
  candidates.set(presentedKey, state);
  return state;
}
