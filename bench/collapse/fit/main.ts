import { parseArgs } from "node:util";
import { PURPOSES } from "../../../collapse/contracts/harm.ts";
import { openLabels } from "../labels/labelFile.ts";
import { openMeasured } from "../measured/measuredFile.ts";
import { foldPredictions, type PredictedCase } from "./foldPredictions.ts";
import { joinCases } from "./joinCases.ts";

// `node bench/collapse/fit/main.ts --labels FILE --measured FILE`: how well harm can be told from what the engine
// measures, each case by a fit that saw neither its data set nor its family.

const { values } = parseArgs({ options: { labels: { type: "string" }, measured: { type: "string" } } });
if (values.labels === undefined || values.measured === undefined)
  throw new Error("Usage: node bench/collapse/fit/main.ts --labels FILE --measured FILE");

const cases = joinCases(openLabels(values.labels), openMeasured(values.measured));
console.log(`${cases.length} cases and references that are labeled and measured`);
for (const purpose of PURPOSES) {
  const predictions = foldPredictions(cases, purpose);
  console.log(
    `\n${purpose}, by data set: cases, correlation of predicted and labeled harm, median error in margins`,
  );
  for (const [dataset, own] of Map.groupBy(predictions, ({ joined }) => joined.dataset))
    console.log(
      `  ${dataset.padEnd(20)} ${String(own.length).padStart(4)} ${correlation(own).toFixed(2)} ${medianError(own).toFixed(2)}`,
    );
  for (const label of ["collapsed", "healthy"] as const) {
    const own = predictions.filter(({ joined }) => joined.labels[purpose].label === label);
    const wrong = own.filter(({ predicted }) => predicted > 1 !== (label === "collapsed"));
    console.log(`  ${label}: ${wrong.length} of ${own.length} on the wrong side of the margin`);
  }
}

function correlation(cases: readonly PredictedCase[]): number {
  const mean = (of: (one: PredictedCase) => number): number =>
    cases.reduce((sum, one) => sum + of(one), 0) / cases.length;
  const [x, y] = [mean(({ predicted }) => predicted), mean(({ harm }) => harm)];
  const product = (left: (one: PredictedCase) => number, right: (one: PredictedCase) => number): number =>
    mean((one) => left(one) * right(one));
  const [dx, dy] = [
    (one: PredictedCase): number => one.predicted - x,
    (one: PredictedCase): number => one.harm - y,
  ];
  return product(dx, dy) / Math.sqrt(product(dx, dx) * product(dy, dy));
}

function medianError(cases: readonly PredictedCase[]): number {
  const errors = cases
    .map(({ harm, predicted }) => Math.abs(harm - predicted))
    .sort((left, right) => left - right);
  return errors[errors.length >> 1] ?? Number.NaN;
}
