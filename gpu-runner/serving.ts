import type { ProbeReport } from "./compute/chooseProvider.ts";
import type { Shedding } from "./compute/job.ts";
import type { Provider } from "./compute/messages.ts";
import type { Scheduler } from "./compute/scheduler.ts";
import type { GpuState } from "./device/gpuWatch.ts";
import type { RunnerMetrics } from "./observe/metrics.ts";
import { done, type Outcome, refuse } from "./protocol/outcome.ts";
import type { Repository } from "./repository/modelRepository.ts";
import type { RepositoryModel } from "./repository/openRepository.ts";

export { keyOf } from "./repository/keyOf.ts";

/** What computes, once every model is loaded and has run once. */
export interface Engine {
  readonly scheduler: Scheduler;
  readonly provider: Provider;
  readonly probes: ProbeReport;
  /** Where it computes: `cpu`, `cuda:0`. */
  readonly devices: readonly string[];
  readonly workers: number;
}

/** What the routes share. `engine` is null until warm-up is over; `draining` is true once the end is near. */
export interface Serving {
  /** What is served, by name. It changes while requests go on: look once, and keep what was found. */
  readonly models: ReadonlyMap<string, RepositoryModel>;
  readonly repository: Repository;
  readonly metrics: RunnerMetrics;
  readonly maxBodyBytes: number;
  readonly maxImagePixels: number;
  engine: Engine | null;
  draining: boolean;
  /** What is refused because the machine is too hot. */
  shedding: Shedding;
  /** What was last seen of the cards. */
  gpus: GpuState;
}

export interface FoundModel {
  readonly model: RepositoryModel;
  readonly version: string;
}

/** The model of that name, in that version or its newest. 404 where there is none. */
export const findModel = (serving: Serving, name: string, version: string | null): Outcome<FoundModel> => {
  const model = serving.models.get(name);
  if (model === undefined) return refuse(404, "There is no model of that name.", "model");
  const newest = model.versions.at(-1)?.version;
  const found = version === null ? newest : model.versions.find((one) => one.version === version)?.version;
  if (found === undefined) return refuse(404, `Model '${name}' has no such version.`, "model");
  return done({ model, version: found });
};
