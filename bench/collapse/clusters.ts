import type { Random } from "../../collapse/numerics/random.ts";
import { type Points, squaredDistance } from "./points.ts";

const ROUNDS = 15;

/** The cluster of each point by k-means (Lloyd 1982) from far-apart beginnings (k-means++, Arthur 2007). */
export function clustersOf(points: Points, count: number, random: Random): Uint32Array {
  let centers = firstCenters(points, count, random);
  let clusters = nearestCenters(points, centers);
  for (let round = 0; round < ROUNDS; round++) {
    centers = means(points, clusters, centers);
    clusters = nearestCenters(points, centers);
  }
  return clusters;
}

function firstCenters(points: Points, count: number, random: Random): Points {
  const { width } = points;
  const values = new Float64Array(count * width);
  const distances = new Float64Array(points.rows).fill(Number.POSITIVE_INFINITY);
  let chosen = random.whole(points.rows);
  for (let center = 0; center < count; center++) {
    values.set(points.values.subarray(chosen * width, (chosen + 1) * width), center * width);
    let sum = 0;
    for (let row = 0; row < points.rows; row++) {
      distances[row] = Math.min(distances[row] ?? 0, squaredDistance(points, row, points, chosen));
      sum += distances[row] ?? 0;
    }
    let aim = random.next() * sum;
    chosen = distances.findIndex((distance) => {
      aim -= distance;
      return aim < 0;
    });
    if (chosen < 0) chosen = random.whole(points.rows);
  }
  return { rows: count, width, values };
}

function nearestCenters(points: Points, centers: Points): Uint32Array {
  return new Uint32Array(points.rows).map((_, row) => {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let center = 0; center < centers.rows; center++) {
      const distance = squaredDistance(points, row, centers, center);
      if (distance >= least) continue;
      least = distance;
      nearest = center;
    }
    return nearest;
  });
}

/** Means of the clusters; one that lost all its points stays where it was. */
function means(points: Points, clusters: Uint32Array, before: Points): Points {
  const { width } = points;
  const values = new Float64Array(before.values.length);
  const counts = new Uint32Array(before.rows);
  for (const [row, cluster] of clusters.entries()) {
    counts[cluster] = (counts[cluster] ?? 0) + 1;
    for (let axis = 0; axis < width; axis++) {
      const at = cluster * width + axis;
      values[at] = (values[at] ?? 0) + (points.values[row * width + axis] ?? 0);
    }
  }
  for (let at = 0; at < values.length; at++) {
    const count = counts[Math.floor(at / width)] ?? 0;
    values[at] = count === 0 ? (before.values[at] ?? 0) : (values[at] ?? 0) / count;
  }
  return { rows: before.rows, width, values };
}
