import type { Aggregate } from "../contracts/aggregates.ts";
import type { Dimension, Measure, MetricKey } from "../contracts/metrics.ts";

/** One metric of two sets of rows. */
export interface Gauge {
  readonly metric: string;
  readonly subject: string | null;
  /** 0 where both sets agree; NaN where it cannot be computed. Allocates nothing. */
  value(reference: Aggregate, other: Aggregate): number;
  /** Its analytic standard deviation at `s` rows a side, both of them the reference's. */
  sdAt(s: number): number;
}

/** Metrics that share a computation: `write` fills one number for each name. */
export interface GaugeGroup {
  readonly names: readonly { readonly metric: string; readonly subject: string | null }[];
  write(reference: Aggregate, other: Aggregate, into: Float64Array, offset: number): void;
  sdsAt(s: number): readonly number[];
}

const groupOf = (gauge: Gauge): GaugeGroup => ({
  names: [{ metric: gauge.metric, subject: gauge.subject }],
  write: (reference, other, into, offset) => {
    into[offset] = gauge.value(reference, other);
  },
  sdsAt: (s) => [gauge.sdAt(s)],
});

/** Joins gauges to the measure of one dimension; what is not finite becomes NaN, and no floor lies below 1 / s. */
export function measureOf(
  dimension: Dimension,
  parts: readonly (Gauge | GaugeGroup)[],
  { inEvidence }: { readonly inEvidence: boolean } = { inEvidence: true },
): Measure {
  const groups = parts.map((part) => ("write" in part ? part : groupOf(part)));
  const keys = groups.flatMap((group) =>
    group.names.map(({ metric, subject }): MetricKey => ({ dimension, metric, subject, inEvidence })),
  );
  return {
    keys,
    measure: (reference, other, into, offset) => {
      let at = offset;
      for (const group of groups) {
        group.write(reference, other, into, at);
        at += group.names.length;
      }
      for (let index = offset; index < at; index++)
        if (!Number.isFinite(into[index])) into[index] = Number.NaN;
    },
    floorAt: (s, into, offset) => {
      const sds = groups.flatMap((group) => group.sdsAt(s));
      sds.forEach((sd, index) => {
        into[offset + index] = Number.isFinite(sd) ? Math.max(sd, 1 / s) : 1 / s;
      });
    },
  };
}
