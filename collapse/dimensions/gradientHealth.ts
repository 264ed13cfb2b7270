import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { fillMoments, type LinearTask, linearTasks, type TaskMoments, taskMoments } from "./features.ts";
import { type GaugeGroup, measureOf } from "./gauge.ts";
import { dot, form, residual, type Symmetric, solveRidge, solverFor, trace } from "./linear.ts";

/** Strong enough that the gradient of the loss is not 0 at the solution; a weaker one leaves nothing but noise. */
const RIDGE = 1;
/** A gradient whose square is below this many times its own noise has no direction. */
const NOISE_MOST = 0.25;

/**
 * D4: would the first steps of training go where the reference's go? The gradient of the squared error at the ridge
 * solution of the whole reference, column by column, from co-moments.
 */
export function measureGradientHealth(frame: Frame, reference: Aggregate): Measure {
  const groups = linearTasks(frame, reference).map((task) => gradientOf(task, reference));
  return measureOf("gradient_health", groups, { inEvidence: false });
}

/** The reference's gradient and the spread of one row's, its moments taken as a normal distribution's (Isserlis 1918). */
interface Expected {
  readonly weights: Float64Array;
  readonly square: number;
  readonly error: number;
  /** tr H, u'Hu, and tr (PHP)² with P the projection across the gradient's direction u. */
  readonly trace: number;
  readonly along: number;
  readonly acrossSquare: number;
  readonly traceOfSquare: number;
}

/**
 * `gradient_alignment`: cosine of the two gradients, less what chance leaves of it: below 0, they part;
 * `gradient_norm_ratio`: logarithm of the ratio of their lengths;
 * `gradient_noise_ratio`: logarithm of the ratio of the noise scales tr S / |G|² (McCandlish and others 2018).
 */
function gradientOf(task: LinearTask, reference: Aggregate): GaugeGroup {
  const [r, c] = [taskMoments(task), taskMoments(task)];
  const expected = expectedOf(fillMoments(task, reference, r));
  const [gradientR, gradientC] = [new Float64Array(r.cross.length), new Float64Array(r.cross.length)];
  return {
    names: ["gradient_alignment", "gradient_norm_ratio", "gradient_noise_ratio"].map((metric) => ({
      metric,
      subject: task.name,
    })),
    write: (left, right, into, offset) => {
      const perRow = 1 / left.rows + 1 / right.rows;
      const across = expected.error * (expected.trace - expected.along);
      const isLost = (across + expected.square) * perRow > NOISE_MOST * expected.square;
      if (left.rows < 2 || right.rows < 2 || isLost) {
        into.fill(Number.NaN, offset, offset + 3);
        return;
      }
      const noiseR = noiseScale(fillMoments(task, left, r), expected.weights, gradientR);
      const noiseC = noiseScale(fillMoments(task, right, c), expected.weights, gradientC);
      const [lengthR, lengthC] = [dot(gradientR, gradientR), dot(gradientC, gradientC)];
      const cosine = dot(gradientR, gradientC) / Math.sqrt(lengthR * lengthC);
      into[offset] = cosine - 1 + (across * perRow) / (2 * expected.square);
      into[offset + 1] = Math.log(lengthC / lengthR) / 2;
      into[offset + 2] = Math.log(noiseC / noiseR);
    },
    sdsAt: (s) => sdsOf(expected, s),
  };
}

function expectedOf(moments: TaskMoments): Expected {
  const { gram, cross } = moments;
  const width = cross.length;
  const weights = solveRidge(gram, cross, RIDGE, solverFor(width));
  const gradient = new Float64Array(width);
  residual(gram, weights, cross, gradient);
  const square = dot(gradient, gradient);
  const unit = gradient.map((entry) => entry / Math.sqrt(square));
  const turned = new Float64Array(width);
  residual(gram, unit, new Float64Array(width), turned);
  const along = dot(unit, turned);
  const traceOfSquare = dot(gram, gram);
  const acrossSquare = traceOfSquare - 2 * dot(turned, turned) + along ** 2;
  const error = errorOf(moments, weights);
  return { weights, square, error, trace: trace(gram, width), along, acrossSquare, traceOfSquare };
}

/** Mean squared error of the weights. */
const errorOf = (
  { gram, cross, square }: { gram: Symmetric; cross: Float64Array; square: number },
  weights: Float64Array,
): number => square - 2 * dot(weights, cross) + form(weights, gram, weights);

/** Fills in the gradient; tr S / |G|², S = error · H + GG' where rows are normal. */
function noiseScale(moments: TaskMoments, weights: Float64Array, gradient: Float64Array): number {
  residual(moments.gram, weights, moments.cross, gradient);
  const square = dot(gradient, gradient);
  return (errorOf(moments, weights) * trace(moments.gram, weights.length) + square) / square;
}

/** By the delta method, two sides of `s` rows; row's gradients taken as above. */
function sdsOf(
  { square, error, trace, along, acrossSquare, traceOfSquare }: Expected,
  s: number,
): readonly number[] {
  const alignment = (error * Math.sqrt(2 * acrossSquare)) / (s * square);
  const alongVariance = error * along + square;
  const norm = Math.sqrt((2 * alongVariance) / (s * square));
  const noise = error * trace;
  const noiseVariance = 2 * noise ** 2 + 2 * error ** 2 * traceOfSquare;
  const squareVariance = 4 * square * alongVariance;
  const ratio =
    noiseVariance / (noise + square) ** 2 + squareVariance * (noise / (square * (noise + square))) ** 2;
  return [alignment, norm, Math.sqrt((2 * ratio) / s)];
}
