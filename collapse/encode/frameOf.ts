import type { Frame } from "../contracts/aggregates.ts";
import { type Block, keepsValues, type TablePlan } from "../contracts/columns.ts";
import { classesAt, classesOf } from "./classesOf.ts";
import { quantilesFor } from "./edgesOf.ts";
import { encodingOf } from "./encodingOf.ts";
import { gridOf } from "./gridOf.ts";
import { sampleReference } from "./sampleReference.ts";
import { strongPairs } from "./strongPairs.ts";
import { variablesOf } from "./variablesOf.ts";

/**
 * One pass over the reference fixes what is counted of both tables: variables, edges and levels, classes, the pairs
 * that are counted together, and the numbers that rows become. Equal rows and seed give equal frames, whatever the
 * size of the blocks.
 */
export async function frameOf(blocks: AsyncIterable<Block>, plan: TablePlan, seed: number): Promise<Frame> {
  const { columns } = await sampleReference(blocks, plan, seed);
  const quantiles = quantilesFor(columns.length);
  const sampled = columns.flatMap((column) => variablesOf(column, quantiles));
  const classes = sampled.map(classesOf);
  const sampledClasses = sampled.map(({ codes }, variable) =>
    classesAt(codes, classes[variable] ?? new Uint8Array(0)),
  );
  return {
    variables: sampled.map(({ variable }) => variable),
    pairs: strongPairs(sampledClasses),
    classes,
    encoding: encodingOf(sampled),
    grids: Float64Array.from(sampled, ({ variable, values }) =>
      keepsValues(variable) && values ? gridOf(values) : 0,
    ),
  };
}
