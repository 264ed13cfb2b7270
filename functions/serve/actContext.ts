import type { Configuration } from "../contracts/configuration.ts";
import type { Finding } from "../contracts/gates.ts";
import type { Meter } from "../contracts/metrics.ts";
import type { ModelDefinition } from "../contracts/models.ts";
import type { Clock, Outbox, Random, Runner } from "../contracts/ports.ts";
import type { Robot } from "../contracts/robots.ts";
import type { ActInput } from "../guard/gates/actInput.ts";
import type { Grant } from "../guard/leases/admission.ts";
import type { ActRequest } from "./schema.ts";

export type Policy = Extract<ModelDefinition, { kind: "policy" }>;

export interface ActPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly runner: Runner;
  readonly outbox: Outbox;
  readonly meter: Meter;
  readonly configuration: Configuration;
  readonly configurationHash: string;
}

/** One admitted call: what was asked, by whom, when it arrived, and the trace it belongs to. */
export interface ActCall {
  readonly request: ActRequest;
  readonly grant: Grant;
  readonly receivedAtMs: number;
  readonly admittedAtMs: number;
  readonly traceparent: string;
}

/** Milliseconds spent waiting, by stage; null where the stage was not reached. */
export interface ActTimings {
  runnerQueueMs: number | null;
  runnerComputeMs: number | null;
  inferMs: number | null;
  recordMs: number | null;
}

/** What the steps of one call know in common. */
export interface ActContext {
  readonly id: string;
  readonly call: ActCall;
  readonly input: ActInput;
  readonly image: Uint8Array<ArrayBuffer>;
  readonly instruction: string;
  readonly robot: Robot;
  readonly policy: Policy;
  readonly warnings: readonly Finding[];
  readonly timings: ActTimings;
}
