import type { Frame } from "../contracts/aggregates.ts";
import type { PoolMeasure } from "../contracts/metrics.ts";
import { measureDiscriminator, measureNeighbors } from "./generalizationGap.ts";

/** The metrics that read rows: none where the frame has nothing to measure distances in. */
export function poolMeasures(frame: Frame): readonly PoolMeasure[] {
  return frame.encoding.width > 0 ? [measureNeighbors, measureDiscriminator] : [];
}
