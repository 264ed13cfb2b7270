import type { Configuration } from "../contracts/configuration.ts";
import type { Finding } from "../contracts/gates.ts";
import type { Meter } from "../contracts/metrics.ts";
import type { Policy } from "../contracts/models.ts";
import type { CameraImage } from "../contracts/observations.ts";
import type { Clock, Outbox, PolicyServers, Random } from "../contracts/ports.ts";
import type { ServedSource } from "../contracts/records.ts";
import type { Robot } from "../contracts/robots.ts";
import type { ActInput } from "../guard/gates/actInput.ts";
import type { ChunkToCome } from "../guard/gates/gateContinuation.ts";
import type { Grant } from "../guard/leases/admission.ts";
import type { StepTimes } from "./chunks/stepTimes.ts";

export interface ActPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly policies: PolicyServers;
  readonly outbox: Outbox;
  readonly meter: Meter;
  readonly stepTimes: StepTimes;
  readonly configuration: Configuration;
  readonly configurationHash: string;
}

/** How a call wants to be served; null where it leaves that to the key's defaults and the configuration. */
export interface ActOptions {
  readonly model: string | null;
  readonly deadlineMs: number | null;
  /** Age of the observation, by its `captured_at`, from which on an answer is of no use. */
  readonly maxAgeMs: number | null;
  readonly dryRun: boolean;
  /** Whether an answer that could not be recorded is none. */
  readonly recordRequired: boolean;
}

/** One admitted call: what was asked, over which surface, by whom, when it arrived, and the trace it belongs to. */
export interface ActCall {
  readonly input: ActInput;
  readonly options: ActOptions;
  readonly source: ServedSource;
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
  readonly images: readonly (CameraImage & { readonly bytes: Uint8Array<ArrayBuffer> })[];
  readonly instruction: string;
  readonly robot: Robot;
  readonly policy: Policy;
  /** What the policy's answer will be like in time. */
  readonly chunk: ChunkToCome;
  readonly warnings: readonly Finding[];
  readonly timings: ActTimings;
}
