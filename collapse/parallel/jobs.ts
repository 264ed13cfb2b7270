import type { Frame } from "../contracts/aggregates.ts";
import type { TablePlan } from "../contracts/columns.ts";
import type { Pool, PoolDraws, PoolResult } from "../contracts/metrics.ts";
import type { TallyOptions, TallyParts } from "../count/tally.ts";
import type { HarmJob, HarmPart } from "../harm/harmJobs.ts";
import type { PackedBlock } from "./packBlock.ts";

/** What a lane can be asked for, and what it answers. All of it is data: it is copied from thread to thread. */
export interface Jobs {
  /** Answers what the tally is called by. */
  startTally: {
    ask: { readonly frame: Frame; readonly plan: TablePlan; readonly options: TallyOptions };
    answer: number;
  };
  addBlock: { ask: { readonly tally: number; readonly block: PackedBlock }; answer: null };
  endTally: { ask: { readonly tally: number }; answer: TallyParts };
  measurePool: {
    ask: { readonly frame: Frame; readonly pool: Pool; readonly draws: PoolDraws };
    answer: readonly PoolResult[];
  };
  measureHarm: { ask: HarmJob; answer: HarmPart };
}

export type JobKind = keyof Jobs;

/** One function a kind of job. */
export type Handlers = { readonly [Kind in JobKind]: (ask: Jobs[Kind]["ask"]) => Jobs[Kind]["answer"] };
