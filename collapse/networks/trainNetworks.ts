import { type Random, seededRandom, shuffledIndices } from "../numerics/random.ts";
import {
  firstMoment,
  HIDDEN,
  lossGraph,
  next,
  PARAMETERS,
  type Parameter,
  secondMoment,
  shapeOf,
  stepGraph,
} from "./mlpGraphs.ts";
import { openSession, type Provider, type Session, type Tensor } from "./session.ts";

/** Rows that a network learns of or is judged by: inputs and targets, row by row. */
export interface Examples {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

export interface NetworkPlan {
  readonly inputs: number;
  readonly outputs: number;
  /** Of each network the seed of its first weights and of the order of its rows; equal seeds start alike. */
  readonly seeds: readonly number[];
  readonly provider: Provider;
}

const STEPS = 160;
const BATCH_ROWS = 256;
const RATE = 0.01;
/** Rows that are judged at once. */
const JUDGED_ROWS = 2_048;

type State = Readonly<Record<string, Tensor>>;

/**
 * Trains one network of two hidden layers per set of examples, all together, and answers the sums of squared errors of
 * each on the rows of `test`: networks × outputs. All sets have as many rows.
 *
 * Throws where the provider cannot run the graphs.
 */
export function trainNetworks(sets: readonly Examples[], test: Examples, plan: NetworkPlan): Float64Array {
  const step = openSession(stepGraph(), plan.provider);
  const losses = openSession(lossGraph(), plan.provider);
  try {
    return judge(losses, test, plan, train(step, sets, plan));
  } finally {
    step.close();
    losses.close();
  }
}

function train(session: Session, sets: readonly Examples[], plan: NetworkPlan): State {
  const batches = plan.seeds.map((seed, network) =>
    batchesOf(sets[network], seededRandom(seed, "network rows")),
  );
  let state = firstState(plan);
  for (let step = 1; step <= STEPS; step++) {
    const { rows, x, y } = gatherBatch(sets, batches, plan);
    const correction = 1 - 0.9 ** step;
    const outcome = session.run({
      ...state,
      x,
      y,
      per_row: scalar(1 / rows),
      // The steps shrink to 0, so that the last ones settle.
      rate: scalar((RATE * (1 - (step - 1) / STEPS)) / correction),
      per_variance: scalar(1 / (1 - 0.999 ** step)),
    });
    state = Object.fromEntries(
      Object.keys(state).map((name) => [
        name,
        outcome[next(name)] ?? { data: new Float32Array(0), dims: [] },
      ]),
    );
  }
  return state;
}

const scalar = (value: number): Tensor => ({ data: Float32Array.of(value), dims: [] });

/** He and others 2015: weights of variance 2 / inputs; constants and moments at 0. */
function firstState({ inputs, outputs, seeds }: NetworkPlan): State {
  const randoms = seeds.map((seed) => seededRandom(seed, "network weights"));
  const state: Record<string, Tensor> = {};
  for (const parameter of PARAMETERS) {
    const dims = shapeOf(parameter, seeds.length, inputs, outputs);
    const size = dims.reduce((product, dim) => product * dim, 1);
    const zeros = (): Tensor => ({ data: new Float32Array(size), dims });
    state[parameter] = parameter.startsWith("w")
      ? { data: drawnWeights(randoms, size / seeds.length, fanIn(parameter, inputs)), dims }
      : zeros();
    state[firstMoment(parameter)] = zeros();
    state[secondMoment(parameter)] = zeros();
  }
  return state;
}

const fanIn = (parameter: Parameter, inputs: number): number => (parameter === "w1" ? inputs : HIDDEN);

function drawnWeights(randoms: readonly Random[], each: number, inputs: number): Float32Array {
  const data = new Float32Array(randoms.length * each);
  const scale = Math.sqrt(2 / Math.max(1, inputs));
  randoms.forEach((random, network) => {
    for (let place = 0; place < each; place++) data[network * each + place] = scale * random.normal();
  });
  return data;
}

/** An endless order of a set's rows: shuffled anew with every pass. */
function batchesOf(set: Examples | undefined, random: Random): (rows: number) => Uint32Array {
  const count = set?.rows ?? 0;
  let order: Uint32Array = new Uint32Array(0);
  let at = 0;
  return (rows) => {
    const batch = new Uint32Array(rows);
    for (let place = 0; place < rows; place++) {
      if (at === order.length) {
        order = shuffledIndices(count, random);
        at = 0;
      }
      batch[place] = order[at++] ?? 0;
    }
    return batch;
  };
}

function gatherBatch(
  sets: readonly Examples[],
  batches: readonly ((rows: number) => Uint32Array)[],
  { inputs, outputs }: NetworkPlan,
): { rows: number; x: Tensor; y: Tensor } {
  const rows = Math.min(BATCH_ROWS, sets[0]?.rows ?? 0);
  const x = new Float32Array(sets.length * rows * inputs);
  const y = new Float32Array(sets.length * rows * outputs);
  sets.forEach((set, network) => {
    batches[network]?.(rows).forEach((row, place) => {
      const to = network * rows + place;
      x.set(set.inputs.subarray(row * inputs, (row + 1) * inputs), to * inputs);
      y.set(set.targets.subarray(row * outputs, (row + 1) * outputs), to * outputs);
    });
  });
  return {
    rows,
    x: { data: x, dims: [sets.length, rows, inputs] },
    y: { data: y, dims: [sets.length, rows, outputs] },
  };
}

function judge(session: Session, test: Examples, plan: NetworkPlan, state: State): Float64Array {
  const { inputs, outputs, seeds } = plan;
  const weights = Object.fromEntries(
    PARAMETERS.map((parameter) => [parameter, state[parameter] ?? scalar(0)]),
  );
  const sums = new Float64Array(seeds.length * outputs);
  for (let from = 0; from < test.rows; from += JUDGED_ROWS) {
    const rows = Math.min(JUDGED_ROWS, test.rows - from);
    const some = (values: Float32Array, width: number): Tensor => ({
      data: values.subarray(from * width, (from + rows) * width),
      dims: [1, rows, width],
    });
    const x = some(test.inputs, inputs);
    const { losses } = session.run({ ...weights, x, y: some(test.targets, outputs) });
    losses?.data.forEach((loss, place) => {
      sums[place] = (sums[place] ?? 0) + loss;
    });
  }
  return sums;
}
