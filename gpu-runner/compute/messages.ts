import type { NamedTensors } from "../protocol/datatypes.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";

/** Where ONNX Runtime computes, best first. */
export const PROVIDERS = ["cuda", "webgpu", "cpu"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** A provider, and which of its devices; CUDA alone knows several. */
export interface Target {
  readonly provider: Provider;
  readonly deviceId: number;
}

/** A model version to be loaded: its files, and what they must be. */
export interface ModelSource {
  readonly contract: ModelContract;
  /** The model's folder, which holds `model.json` and the versions. */
  readonly folder: string;
  readonly version: string;
}

/** What the protocol thread asks of a worker. */
export type WorkerRequest =
  | { readonly kind: "probe"; readonly target: Target }
  | {
      readonly kind: "load";
      readonly id: string;
      readonly source: ModelSource;
      readonly target: Target;
      /** Whether nodes that the provider lacks may run on the CPU. */
      readonly cpuFallback: boolean;
    }
  | { readonly kind: "unload"; readonly id: string }
  | { readonly kind: "run"; readonly id: string; readonly batch: readonly NamedTensors[] };

/** One outcome per request of a batch, and the time spent preparing and running them all. */
export interface BatchResult {
  readonly results: readonly Outcome<NamedTensors>[];
  readonly computeMs: number;
}

export type WorkerReply =
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "probed" }
  | {
      readonly kind: "loaded";
      /** Whether the provider runs the whole graph. */
      readonly wholly: boolean;
      /** Of `model.onnx`, in hexadecimal. */
      readonly sha256: string;
    }
  | { readonly kind: "unloaded" }
  | { readonly kind: "ran"; readonly result: BatchResult };

/** A request and its reply have the same number. */
export interface Numbered<Message> {
  readonly number: number;
  readonly message: Message;
}
