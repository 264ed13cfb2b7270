import type { Block, TablePlan } from "../contracts/columns.ts";
import { itemOf } from "../vector/layOutVector.ts";

/** One number of each frame: a column, or one number of a column of vectors. */
export interface Channel {
  readonly place: number;
  /** Null: the column itself. */
  readonly item: number | null;
  readonly name: string;
}

/** Where a table of episodes has what a robot saw of itself, and what it was told to do. */
export interface TrajectoryChannels {
  readonly state: readonly Channel[];
  readonly action: readonly Channel[];
  /** Place of the column of time in seconds; -1 where there is none. */
  readonly time: number;
  /** Places of the columns that count frames, and say nothing of them. */
  readonly counters: readonly number[];
}

/** Of each vector so many numbers are read. */
export const MOST_ITEMS = 64;
const EPISODE = /episode|trajectory|rollout/i;
const ACTION = /^actions?($|[.[_ ])/i;
const STATE = /^(observations?[._/])?(state|qpos|joint_positions?)($|[.[_ ])/i;
const TIME = /^(time|timestamp|t|seconds)$/i;
const COUNTER = /^(frame_index|frame|step|index|task_index|time|timestamp|t|seconds)$/i;

/** Null where the rows are no frames of episodes: without a group that is named so, or without actions. */
export function trajectoryChannels({ columns, group }: TablePlan): TrajectoryChannels | null {
  if (group === null || !EPISODE.test(group)) return null;
  const channelsOf = (name: RegExp): readonly Channel[] =>
    columns.flatMap((column, place): readonly Channel[] => {
      if (!name.test(column.name) || column.role === "ignore") return [];
      if (column.kind === "number" || (column.kind === "level" && column.values === "number"))
        return [{ place, item: null, name: column.name }];
      if (column.kind !== "vector") return [];
      const width = Math.min(column.width ?? 0, MOST_ITEMS);
      return Array.from({ length: width }, (_, item) => ({ place, item, name: `${column.name}: ${item}` }));
    });
  const action = channelsOf(ACTION);
  if (action.length === 0) return null;
  const counters = columns.flatMap(({ name, role }, place) =>
    COUNTER.test(name) && role === "feature" ? [place] : [],
  );
  const time = columns.findIndex(({ name, kind }) => TIME.test(name) && kind === "number");
  return { action, state: channelsOf(STATE), time, counters };
}

/** The numbers of a channel in a block. */
export function readChannel(block: Block, { place, item }: Channel): Float64Array {
  if (item !== null) return itemOf(block, place, item);
  const column = block.columns[place] ?? null;
  return column instanceof Float64Array ? column : new Float64Array(block.rows).fill(Number.NaN);
}
