import { seededRandom } from "../../../collapse/numerics/random.ts";
import { encoderOf } from "../points.ts";
import { type BenchTable, columnNamed, filterRows, sampleRows } from "../table.ts";
import type { World } from "../world.ts";
import { CHAINS, chainNats } from "./chainNats.ts";
import { chooseModels } from "./chooseModels.ts";
import { columnClasses } from "./columnClasses.ts";
import { learningEncoder, rowLosses } from "./learn.ts";

/** Losses of models that were trained on one table, by family: one number per test row. */
export interface ArmLosses {
  readonly predictive: ReadonlyMap<string, Float64Array>;
  /** Nats of the whole row. */
  readonly generative: ReadonlyMap<string, Float64Array>;
}

/** Measures tables of a world, and keeps what its real rows gave. */
export interface Bench {
  readonly measure: (table: BenchTable, seed: number) => ArmLosses;
  /** One arm for each disjoint set of so many real rows. */
  readonly realArms: (rows: number) => readonly ArmLosses[];
  /** Test rows farthest from the center of the real ones: the tail, which no loss has chosen. */
  readonly tail: Uint8Array;
  readonly columns: number;
}

const TAIL_SHARE = 0.1;
const LEAST_TAIL_ROWS = 400;

/** Prepares the label models of a world: chosen on real rows alone. */
export function benchOf(world: World): Bench {
  const { pool, test, size, seed, dataset } = world;
  const learn = learningEncoder(pool, dataset.target);
  const classes = columnClasses(pool);
  const asked = learn(test);
  const models = chooseModels(learn(sampleRows(pool, size, seededRandom(seed, "choose"))), seed);
  const measure = (table: BenchTable, armSeed: number): ArmLosses => {
    // A row without its target teaches nothing of it.
    const targets = columnNamed(table, dataset.target).values;
    const train = learn(filterRows(table, (row) => targets[row] !== "" && !Number.isNaN(targets[row])));
    const predictive = models.map(({ family, model }) => {
      const answers = model(train, asked.points, seededRandom(armSeed, `label ${family}`));
      return [family, rowLosses(answers, asked)] as const;
    });
    const generative = Object.entries(CHAINS).map(([family, chain]) => {
      const random = seededRandom(armSeed, `label ${family}`);
      return [family, chainNats(chain, { train: table, test }, classes, random)] as const;
    });
    return { predictive: new Map(predictive), generative: new Map(generative) };
  };
  const kept = new Map<number, readonly ArmLosses[]>();
  const realArms = (rows: number): readonly ArmLosses[] => {
    const arms = kept.get(rows) ?? world.realDraws(rows).map((draw, at) => measure(draw, at));
    kept.set(rows, arms);
    return arms;
  };
  return { measure, realArms, tail: tailOf(pool, test), columns: pool.columns.length };
}

function tailOf(pool: BenchTable, test: BenchTable): Uint8Array {
  const { width, values } = encoderOf(pool)(test);
  const squares = new Float64Array(test.rows).map((_, row) =>
    values.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0),
  );
  const rows = Math.min(test.rows, Math.max(LEAST_TAIL_ROWS, Math.round(TAIL_SHARE * test.rows)));
  const bound = squares.slice().sort()[test.rows - rows] ?? 0;
  return Uint8Array.from(squares, (square) => Number(square >= bound));
}
