import type { Dimension, Measured } from "../contracts/metrics.ts";
import type { Finding } from "../contracts/report.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";
import { sayFinding } from "./sayFinding.ts";

const FINDINGS_AT_MOST = 10;

/**
 * What lies beyond the null, the worst first. Of hundreds of metrics some leave their own range by chance, so a
 * finding's |z| must pass what 95 % of the nulls' largest does not.
 */
export function findDifferences(evidence: Pick<Evidence, "measured" | "null95">): readonly Measured[] {
  return evidence.measured
    .filter(
      ({ value, nullLow, nullHigh, z }) =>
        (value < nullLow || value > nullHigh) && Math.abs(z) > evidence.null95,
    )
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
}

/** The findings of one dimension, as the report shows them: at most ten. */
export function findingsOf(dimension: Dimension, differences: readonly Measured[]): Finding[] {
  return differences
    .filter((metric) => metric.dimension === dimension)
    .slice(0, FINDINGS_AT_MOST)
    .map((metric) => ({
      metric: metric.metric,
      subject: metric.subject,
      value: metric.value,
      null_low: metric.nullLow,
      null_high: metric.nullHigh,
      z: metric.z,
      says: sayFinding(metric),
    }));
}
