import { seededRandom } from "../../collapse/numerics/random.ts";
import type { BenchCase } from "./cases.ts";
import { readDataset } from "./datasets.ts";
import { type Bench, benchOf } from "./labels/measureArms.ts";
import type { BenchTable } from "./table.ts";
import { type World, worldOf } from "./world.ts";

/** A case, made: its table, the world that it was made in, and the label models of that world. */
export interface MadeCase {
  readonly benchCase: BenchCase;
  readonly world: World;
  readonly candidate: BenchTable;
  /** Made when first asked for: training label models is what takes long. */
  readonly bench: () => Bench;
}

/** Makes the cases one after another, those of a world together, so that only one world is in memory. */
export async function* makeCases(folder: string, cases: readonly BenchCase[]): AsyncGenerator<MadeCase> {
  for (const [name, ofDataset] of Map.groupBy(cases, ({ dataset }) => dataset)) {
    const dataset = await readDataset(folder, name);
    for (const ofWorld of Map.groupBy(ofDataset, ({ size, seed }) => `${size} ${seed}`).values()) {
      const [first] = ofWorld;
      if (first === undefined) continue;
      const world = worldOf(dataset, first.size, first.seed);
      const bench = once(() => benchOf(world));
      for (const benchCase of ofWorld) {
        const purpose = `${name} ${benchCase.variant.name} ${benchCase.size}`;
        const candidate = benchCase.variant.make(world, seededRandom(benchCase.seed, purpose));
        yield { benchCase, world, bench, candidate };
      }
    }
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
