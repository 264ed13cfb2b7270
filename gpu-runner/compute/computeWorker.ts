import { Worker } from "node:worker_threads";
import type { NamedTensors } from "../protocol/datatypes.ts";
import type { BatchResult, WorkerReply, WorkerRequest } from "./messages.ts";

/** Something that runs one batch at a time. */
export interface BatchRunner {
  run(key: string, batch: readonly NamedTensors[]): Promise<BatchResult>;
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

/** A compute thread, seen from the protocol thread. Inputs are handed over, not copied: they are gone here afterwards. */
export class ComputeWorker implements BatchRunner {
  readonly #thread: Worker;
  #settle: ((reply: WorkerReply) => void) | null = null;

  /** `onLost` is told when the thread dies, which is a bug or lack of memory; its reason, in one sentence. */
  constructor(maxImagePixels: number, onLost: (reason: string) => void) {
    this.#thread = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { maxImagePixels } });
    this.#thread.on("message", (reply: WorkerReply) => {
      const settle = this.#settle;
      this.#settle = null;
      settle?.(reply);
    });
    this.#thread.on("error", (error) => {
      const reason = `A compute thread died: ${error instanceof Error ? error.message : String(error)}`;
      this.#settle?.({ kind: "failed", reason });
      onLost(reason);
    });
  }

  /** Sends one request and waits for its answer; the caller sends the next one only afterwards. */
  ask(request: WorkerRequest, transfer: ArrayBuffer[] = []): Promise<WorkerReply> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#thread.postMessage(request, transfer);
    });
  }

  async run(key: string, batch: readonly NamedTensors[]): Promise<BatchResult> {
    const reply = await this.ask({ kind: "run", key, batch }, buffersOf(batch));
    if (reply.kind === "ran") return reply.result;
    const error = reply.kind === "failed" ? reply.reason : "the worker answered something else";
    return { results: batch.map(() => ({ ok: false, failure: { status: 500, error } })), computeMs: 0 };
  }

  /** Ends the thread. Only when idle: ending it inside ONNX Runtime would abort the whole process. */
  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
