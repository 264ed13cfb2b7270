import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { measureCorrelationPreservation } from "./correlationPreservation.ts";
import { measureDistributionFidelity } from "./distributionFidelity.ts";
import { measureEntropyStability } from "./entropyStability.ts";
import { measureGradientHealth } from "./gradientHealth.ts";
import { measureLossLandscape } from "./lossLandscape.ts";
import { measureSpectralCoherence } from "./spectralCoherence.ts";
import { measureStatisticalConsistency } from "./statisticalConsistency.ts";

/**
 * The metrics of all dimensions that read aggregates, one measure per dimension, prepared for a table's frame;
 * `reference` is the whole of the reference. A dimension of which nothing can be measured here has no keys. Measures
 * of which no key is in evidence need not be drawn for the null: theirs is analytic, with median 0.
 */
export function measuresOf(frame: Frame, reference: Aggregate): readonly Measure[] {
  return [
    measureDistributionFidelity,
    measureCorrelationPreservation,
    measureEntropyStability,
    measureGradientHealth,
    measureLossLandscape,
    measureSpectralCoherence,
    measureStatisticalConsistency,
  ].map((prepare) => prepare(frame, reference));
}
