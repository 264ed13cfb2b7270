import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { varianceAt } from "./correlations.ts";
import {
  coreFeatures,
  fillMoments,
  type LinearTask,
  linearTasks,
  type TaskMoments,
  taskMoments,
} from "./features.ts";
import { type Gauge, measureOf } from "./gauge.ts";
import { dot, form, solveRidge, solverFor, spectrumOf } from "./linear.ts";

/** Keeps collinear columns solvable; all else it hardly moves. */
const RIDGE = 0.01;
/** Squared errors below this share of the target's variance count as it. */
const LEAST_ERROR = 0.02;

/** D5: where would training end? Quadratic losses, so all of it is in the co-moments. */
export function measureLossLandscape(frame: Frame, reference: Aggregate): Measure {
  const gauges = linearTasks(frame, reference).map((task) => excessRisk(task, reference));
  return measureOf("loss_landscape", [...gauges, conditionRatio(frame, reference)], { inEvidence: false });
}

/**
 * Error on the reference that the other set's solution adds, (w_c − w_r)' H_r (w_c − w_r) over the reference's own
 * error, less what chance adds: tr (H (H + λ)⁻¹)² (1/n + 1/m).
 */
function excessRisk(task: LinearTask, reference: Aggregate): Gauge {
  const [r, c] = [taskMoments(task), taskMoments(task)];
  const { degrees, degreesSquared } = degreesOf(fillMoments(task, reference, r));
  const shift = new Float64Array(r.cross.length);
  const [own, other] = [solverFor(shift.length), solverFor(shift.length)];
  return {
    metric: "excess_risk",
    subject: task.name,
    value: (left, right) => {
      if (left.rows < 2 || right.rows < 2) return Number.NaN;
      fillMoments(task, left, r);
      fillMoments(task, right, c);
      const weights = solveRidge(r.gram, r.cross, RIDGE, own);
      const others = solveRidge(c.gram, c.cross, RIDGE, other);
      for (let i = 0; i < shift.length; i++) shift[i] = (others[i] ?? 0) - (weights[i] ?? 0);
      const risk = form(shift, r.gram, shift) / errorOf(r, weights);
      return risk - degrees * (1 / left.rows + 1 / right.rows);
    },
    sdAt: (s) => (2 / s) * Math.sqrt(2 * degreesSquared),
  };
}

function errorOf({ gram, cross, square }: TaskMoments, weights: Float64Array): number {
  const error = square - 2 * dot(weights, cross) + form(weights, gram, weights);
  return Math.max(error, LEAST_ERROR * square);
}

/** Effective numbers of weights, Σ (h / (h + λ))² and Σ (h / (h + λ))⁴, as a share of the error they are told by. */
function degreesOf(moments: TaskMoments): { degrees: number; degreesSquared: number } {
  const { gram, cross, square } = moments;
  const weights = solveRidge(gram, cross, RIDGE, solverFor(cross.length));
  const error = square - 2 * dot(weights, cross) + form(weights, gram, weights);
  const told = Math.max(0, error) / errorOf(moments, weights);
  let [degrees, degreesSquared] = [0, 0];
  for (const h of spectrumOf(gram, cross.length).values) {
    const kept = (h / (h + RIDGE)) ** 2 * told;
    degrees += kept;
    degreesSquared += kept ** 2;
  }
  return { degrees, degreesSquared };
}

/**
 * Log ratio of the condition numbers (h₁ + λ) / (h_d + λ) of the squared error's Hessian over all features: above 0,
 * the valley is longer and training slower.
 */
function conditionRatio(frame: Frame, reference: Aggregate): Gauge {
  const features = coreFeatures(frame, reference);
  const width = features.length;
  const sds = Float64Array.from(features, (feature) => Math.sqrt(varianceAt(reference, feature)));
  const hessian = new Float64Array(width * width);
  const endsOf = (aggregate: Aggregate): readonly [number, number] => {
    const all = aggregate.mean.length;
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++)
        hessian[a * width + b] =
          (aggregate.comoment[(features[a] ?? 0) * all + (features[b] ?? 0)] ?? 0) /
          ((sds[a] ?? 1) * (sds[b] ?? 1) * (aggregate.rows - 1));
    const { values } = spectrumOf(hessian, width);
    return [values[0] ?? 0, values[width - 1] ?? 0];
  };
  const logCondition = ([most, least]: readonly [number, number]): number =>
    Math.log((most + RIDGE) / (least + RIDGE));
  const [most, least] = width > 0 && reference.rows > 1 ? endsOf(reference) : [0, 0];
  return {
    metric: "log_condition_ratio",
    subject: null,
    value: (left, right) =>
      left.rows < 2 || right.rows < 2 || width < 2
        ? Number.NaN
        : logCondition(endsOf(right)) - logCondition(endsOf(left)),
    sdAt: (s) => Math.sqrt((4 / s) * ((most / (most + RIDGE)) ** 2 + (least / (least + RIDGE)) ** 2)),
  };
}
