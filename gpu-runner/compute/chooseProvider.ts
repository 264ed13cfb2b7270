import type { Outcome } from "../protocol/outcome.ts";
import type { ComputeWorker } from "./computeWorker.ts";
import { PROVIDERS, type Provider } from "./messages.ts";

/** Why a provider is not the one in use, or that it works. */
export type ProbeReport = Readonly<Partial<Record<Provider, string>>>;

export interface ProviderChoice {
  readonly provider: Provider;
  readonly probes: ProbeReport;
}

/** The runtime's reason without the place in its source code. */
const shorten = (reason: string): string =>
  (reason.split("\n")[0] ?? "").replace(/^.* was false\. /, "").slice(0, 200);

/** Why one operator does not run on that device; null where it does. */
const probe = async (worker: ComputeWorker, provider: Provider, deviceId: number): Promise<string | null> => {
  const reply = await worker.ask({ kind: "probe", target: { provider, deviceId } });
  if (reply.kind === "probed") return null;
  return reply.kind === "failed" ? shorten(reply.reason) : "the worker answered something else";
};

/**
 * Tries the providers, best first, with one real operator each; an explicit wish is the only one tried. Of CUDA every
 * device that was named must work. Fails with one sentence.
 */
export const chooseProvider = async (
  worker: ComputeWorker,
  wish: Provider | "auto",
  deviceIds: readonly number[],
): Promise<Outcome<ProviderChoice, string>> => {
  const probes: Partial<Record<Provider, string>> = {};
  for (const provider of wish === "auto" ? PROVIDERS : [wish]) {
    const [first = 0, ...others] = deviceIds;
    const reason = await probe(worker, provider, first);
    probes[provider] = reason ?? "works";
    if (reason !== null) continue;
    for (const deviceId of provider === "cuda" ? others : []) {
      const missing = await probe(worker, provider, deviceId);
      if (missing !== null)
        return { ok: false, failure: `Device cuda:${deviceId} does not work: ${missing}.` };
    }
    return { ok: true, value: { provider, probes } };
  }
  const reasons = Object.entries(probes).map(([provider, reason]) => `${provider}: ${reason}`);
  return { ok: false, failure: `No execution provider works (${reasons.join("; ")}).` };
};
