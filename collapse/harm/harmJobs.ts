import type { Draws } from "./drawSides.ts";
import { measureDiscriminator } from "./measureDiscriminator.ts";
import { measureNetwork, type NetworkJob, type NetworkRatios } from "./measureNetwork.ts";
import { type HarmTables, measureTask, type TargetRatios, type TaskJob } from "./measurePrediction.ts";
import { measureTree, type Nats } from "./measureTree.ts";
import type { SplitRows } from "./splitRows.ts";

/** A part of measuring harm that needs none of the others. */
export type HarmJob =
  | ({ readonly kind: "task" } & TaskJob)
  | {
      readonly kind: "tree";
      readonly tables: HarmTables;
      readonly rows: SplitRows;
      readonly draws: Draws;
    }
  | {
      readonly kind: "discriminator";
      readonly tables: HarmTables;
      readonly draws: Draws;
      readonly seed: number;
    }
  | ({ readonly kind: "network" } & NetworkJob);

/** What a job found out; the other fields are empty. */
export interface HarmPart {
  readonly targets: readonly TargetRatios[];
  readonly nats: Nats | null;
  readonly network: NetworkRatios | null;
}

const NOTHING: HarmPart = { targets: [], nats: null, network: null };

export function runHarmJob(job: HarmJob): HarmPart {
  switch (job.kind) {
    case "task":
      return { ...NOTHING, targets: measureTask(job) };
    case "tree":
      return { ...NOTHING, nats: measureTree(job.tables, job.rows, job.draws) };
    case "discriminator":
      return { ...NOTHING, nats: measureDiscriminator(job.tables, job.draws, job.seed) };
    case "network":
      return { ...NOTHING, network: measureNetwork(job) };
  }
}
