import "./muteTelemetry.ts";
import { Worker } from "node:worker_threads";
import type { NamedTensors } from "../protocol/datatypes.ts";
import { refuse } from "../protocol/outcome.ts";
import type { BatchResult, Numbered, Target, WorkerReply, WorkerRequest } from "./messages.ts";

/** Something that runs one batch at a time, on one device. */
export interface BatchRunner {
  readonly device: string;
  run(id: string, batch: readonly NamedTensors[]): Promise<BatchResult>;
}

const buffersOf = (batch: readonly NamedTensors[]): ArrayBuffer[] => {
  const buffers = new Set<ArrayBuffer>();
  for (const request of batch)
    for (const tensor of Object.values(request)) {
      if (tensor.datatype === "BYTES") for (const element of tensor.elements) buffers.add(element.buffer);
      else buffers.add(tensor.bytes.buffer);
    }
  return [...buffers];
};

/** How a device is called in metadata and metrics: `cpu`, `cuda:1`. */
export const deviceOf = ({ provider, deviceId }: Target): string =>
  provider === "cuda" ? `cuda:${deviceId}` : provider;

/** A compute thread, seen from the protocol thread. Inputs are handed over, not copied: they are gone here afterwards. */
export class ComputeWorker implements BatchRunner {
  #target: Target;
  readonly #thread: Worker;
  readonly #settles = new Map<number, (reply: WorkerReply) => void>();
  #asked = 0;

  /** `onLost` is told when the thread dies, which is a bug or lack of memory; its reason, in one sentence. */
  constructor(target: Target, maxImagePixels: number, onLost: (reason: string) => void) {
    this.#target = target;
    this.#thread = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { maxImagePixels } });
    this.#thread.on("message", ({ message, number }: Numbered<WorkerReply>) => {
      const settle = this.#settles.get(number);
      this.#settles.delete(number);
      settle?.(message);
    });
    this.#thread.on("error", (error) => {
      const reason = `A compute thread died: ${error instanceof Error ? error.message : String(error)}`;
      for (const settle of this.#settles.values()) settle({ kind: "failed", reason });
      this.#settles.clear();
      onLost(reason);
    });
  }

  get target(): Target {
    return this.#target;
  }

  get device(): string {
    return deviceOf(this.#target);
  }

  /** What it runs on from now on. Only while it holds no model. */
  assign(target: Target): void {
    this.#target = target;
  }

  /** Sends one request and waits for its answer. */
  ask(message: WorkerRequest, transfer: ArrayBuffer[] = []): Promise<WorkerReply> {
    return new Promise((resolve) => {
      const number = this.#asked++;
      this.#settles.set(number, resolve);
      this.#thread.postMessage({ number, message } satisfies Numbered<WorkerRequest>, transfer);
    });
  }

  async run(id: string, batch: readonly NamedTensors[]): Promise<BatchResult> {
    const reply = await this.ask({ kind: "run", id, batch }, buffersOf(batch));
    if (reply.kind === "ran") return reply.result;
    const error = reply.kind === "failed" ? reply.reason : "the worker answered something else";
    return { results: batch.map(() => refuse(500, error)), computeMs: 0 };
  }

  /** Ends the thread. Only when idle: ending it inside ONNX Runtime would abort the whole process. */
  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
