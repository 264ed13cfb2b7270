import type { NamedTensors } from "../protocol/datatypes.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";

/** Where ONNX Runtime computes, best first. */
export const PROVIDERS = ["cuda", "webgpu", "cpu"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What the protocol thread asks of a worker; each worker answers one request at a time, in order. */
export type WorkerRequest =
  | { readonly kind: "probe"; readonly provider: Provider }
  | {
      readonly kind: "load";
      readonly key: string;
      readonly contract: ModelContract;
      readonly path: string;
      readonly provider: Provider;
      /** Whether nodes that the provider lacks may run on the CPU. */
      readonly cpuFallback: boolean;
    }
  | { readonly kind: "run"; readonly key: string; readonly batch: readonly NamedTensors[] };

/** One outcome per request of a batch, and the time spent preparing and running them all. */
export interface BatchResult {
  readonly results: readonly Outcome<NamedTensors>[];
  readonly computeMs: number;
}

export type WorkerReply =
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "probed" }
  | { readonly kind: "loaded"; readonly wholly: boolean }
  | { readonly kind: "ran"; readonly result: BatchResult };
