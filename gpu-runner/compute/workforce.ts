import type { Outcome } from "../protocol/outcome.ts";
import { keyOf } from "../repository/keyOf.ts";
import type { ComputeWorker } from "./computeWorker.ts";
import type { Deployment } from "./line.ts";
import type { ModelSource, Target, WorkerReply } from "./messages.ts";

/** A model version that workers hold, warm and ready. */
export interface LoadedVersion extends Deployment {
  readonly version: string;
  /** Of its graph, in hexadecimal. */
  readonly sha256: string;
  /** Whether the provider runs the whole graph, or the CPU a part of it. */
  readonly wholly: boolean;
}

export interface WorkforceOptions {
  /** What each worker of a crew runs on: one for each lane. */
  readonly targets: readonly Target[];
  /** Whether nodes that the provider lacks may run on the CPU. */
  readonly cpuFallback: boolean;
  readonly hire: (target: Target) => ComputeWorker;
}

/**
 * The compute threads and what they hold. What is loaded later comes to a crew of its own, so that reading and
 * compiling a graph, which blocks its thread, holds up no request; a crew that holds nothing any more is let go.
 */
export class Workforce {
  readonly #options: WorkforceOptions;
  readonly #held = new Map<ComputeWorker, Set<string>>();
  #loads = 0;

  constructor(options: WorkforceOptions) {
    this.#options = options;
  }

  /** Loads versions, all or none, on these workers or on new ones, and runs each once. Fails with one sentence. */
  async load(
    sources: readonly ModelSource[],
    hired?: readonly ComputeWorker[],
  ): Promise<Outcome<LoadedVersion[], string>> {
    if (sources.length === 0) return { ok: true, value: [] };
    const crew = hired ?? this.#options.targets.map(this.#options.hire);
    for (const worker of crew) this.#held.set(worker, new Set());
    const loaded: LoadedVersion[] = [];
    let failure: string | null = null;
    for (const source of sources) {
      const version = await this.#loadOne(source, crew);
      if (!version.ok) {
        failure = version.failure;
        break;
      }
      loaded.push(version.value);
    }
    if (failure !== null) for (const one of loaded) await this.unload(one);
    // Those that hold nothing: all, where one failed; some, where a model wants fewer instances.
    await this.#letGo(crew);
    return failure === null ? { ok: true, value: loaded } : { ok: false, failure };
  }

  /** Takes a version out of memory. Only what nobody asks for any more. */
  async unload({ id, workers }: LoadedVersion): Promise<void> {
    const holders = [...this.#held].flatMap(([worker, ids]) => (ids.delete(id) ? [worker] : []));
    await Promise.all(
      holders.filter((one) => workers.includes(one)).map((one) => one.ask({ kind: "unload", id })),
    );
    await this.#letGo(holders);
  }

  /** Ends all threads, which must be idle. */
  async stop(): Promise<void> {
    const workers = [...this.#held.keys()];
    this.#held.clear();
    await Promise.all(workers.map((worker) => worker.stop()));
  }

  async #loadOne(
    source: ModelSource,
    crew: readonly ComputeWorker[],
  ): Promise<Outcome<LoadedVersion, string>> {
    const { contract, version } = source;
    const key = keyOf(contract.name, version);
    const id = `${key}#${this.#loads++}`;
    const workers = chooseInstances(crew, contract.instances ?? crew.length);
    const replies = await Promise.all(
      workers.map((worker): Promise<WorkerReply> => {
        this.#held.get(worker)?.add(id);
        const { cpuFallback } = this.#options;
        return worker.ask({ kind: "load", id, source, target: worker.target, cpuFallback });
      }),
    );
    const failed = replies.find((reply) => reply.kind === "failed");
    const reason = failed?.kind === "failed" ? failed.reason : null;
    const [first] = replies;
    const wholly = replies.every((reply) => reply.kind === "loaded" && reply.wholly);
    const loaded: LoadedVersion = {
      id,
      key,
      contract,
      version,
      workers,
      wholly,
      sha256: first?.kind === "loaded" ? first.sha256 : "",
    };
    if (reason === null) return { ok: true, value: loaded };
    await this.unload(loaded);
    const device = workers[0]?.device ?? "no device";
    return { ok: false, failure: `Model ${key} cannot be loaded on ${device}: ${reason}` };
  }

  async #letGo(workers: readonly ComputeWorker[]): Promise<void> {
    const free = workers.filter((worker) => this.#held.get(worker)?.size === 0);
    for (const worker of free) this.#held.delete(worker);
    await Promise.all(free.map((worker) => worker.stop()));
  }
}

/** Up to so many workers of each device. */
const chooseInstances = (crew: readonly ComputeWorker[], perDevice: number): ComputeWorker[] => {
  const taken = new Map<string, number>();
  return crew.filter(({ device }) => {
    const count = taken.get(device) ?? 0;
    taken.set(device, count + 1);
    return count < perDevice;
  });
};
