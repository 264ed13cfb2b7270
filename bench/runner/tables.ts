import type { Table } from "../report/tables.ts";
import type { RunnerAim } from "./aims.ts";
import type { RunnerPoint } from "./measureRunner.ts";

const milliseconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const percent = (share: number): string => `${Math.round(100 * share)} %`;

const HEAD = [
  "model",
  "protocol",
  "batching",
  "callers",
  "requests/s",
  "p50 ms",
  "p99 ms",
  "mean batch",
  "bare rows/s",
  "of bare",
  "queue ms",
  "run ms",
  "CPU µs",
  "failed",
];

const rowOf = (point: RunnerPoint): string[] => {
  const { bare, load } = point;
  return [
    point.model,
    point.protocol,
    point.batching ? "on" : "off",
    String(point.callers),
    whole(load.requestsPerSecond),
    milliseconds(load.p50Ms),
    milliseconds(load.p99Ms),
    point.meanBatch.toFixed(1),
    whole(bare.rowsPerSecond),
    percent(load.requestsPerSecond / bare.rowsPerSecond),
    milliseconds(point.queueMs),
    milliseconds(point.computeMs),
    whole(point.cpuMicroseconds),
    String(load.failed),
  ];
};

const WIDTHS = [13, 12, 9, 8, 11, 9, 9, 11, 12, 8, 9, 9, 8, 7];

const pad = (cells: readonly string[]): string =>
  cells
    .map((cell, column) =>
      column < 3 ? cell.padEnd(WIDTHS[column] ?? 0) : cell.padStart(WIDTHS[column] ?? 0),
    )
    .join("");

export const pointHead = (): string => pad(HEAD);
/** One point while the run goes on. */
export const pointLine = (point: RunnerPoint): string => pad(rowOf(point));
/** All points of a run. */
export const pointTable = (points: readonly RunnerPoint[]): Table => [HEAD, ...points.map(rowOf)];

/** What the run should reach, and whether it did. */
export const aimTable = (aims: readonly RunnerAim[]): Table => [
  ["aim", "at least", "reached", ""],
  ...aims.map(({ aim, isReached, reached, what }) => [what, aim, reached, isReached ? "reached" : "missed"]),
];
