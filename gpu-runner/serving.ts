import type { Provider } from "./compute/messages.ts";
import type { Scheduler } from "./compute/scheduler.ts";
import type { RunnerMetrics } from "./observe/metrics.ts";
import { done, type Outcome, refuse } from "./protocol/outcome.ts";
import type { RepositoryModel } from "./repository/openRepository.ts";

/** Why a provider is not the one in use, or that it works. */
export type ProbeReport = Readonly<Partial<Record<Provider, string>>>;

/** What computes, once every model is loaded and has run once. */
export interface Engine {
  readonly scheduler: Scheduler;
  readonly provider: Provider;
  readonly probes: ProbeReport;
  /** Model versions of which the provider lacks a part, so that the CPU does it. */
  readonly partly: ReadonlySet<string>;
  readonly workers: number;
}

/** What the routes share. `engine` is null until warm-up is over; `draining` is true once the end is near. */
export interface Serving {
  readonly models: ReadonlyMap<string, RepositoryModel>;
  readonly metrics: RunnerMetrics;
  readonly maxBodyBytes: number;
  engine: Engine | null;
  draining: boolean;
}

/** The name under which a model version is scheduled and counted. */
export const keyOf = (model: string, version: string): string => `${model}/${version}`;

export interface FoundModel {
  readonly model: RepositoryModel;
  readonly version: string;
}

/** The model of that name, in that version or its newest. 404 where there is none. */
export const findModel = (serving: Serving, name: string, version: string | null): Outcome<FoundModel> => {
  const model = serving.models.get(name);
  if (model === undefined) return refuse(404, "There is no model of that name.");
  const newest = model.versions.at(-1)?.version;
  const found = version === null ? newest : model.versions.find((one) => one.version === version)?.version;
  if (found === undefined) return refuse(404, `Model '${name}' has no such version.`);
  return done({ model, version: found });
};
