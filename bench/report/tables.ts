import type { Point } from "../measure.ts";

const round = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

/** One point as a line of the terminal's table. */
export const pointLine = ({ target, bodyBytes, connections, load, cpuMicroseconds, drainCpuMicroseconds }: Point): string =>
  [
    target.padEnd(18),
    `${bodyBytes} B`.padStart(8),
    String(connections).padStart(4),
    Math.round(load.requestsPerSecond).toLocaleString("en-US").padStart(8),
    round(load.p50Ms).padStart(7),
    round(load.p99Ms).padStart(7),
    String(Math.round(cpuMicroseconds)).padStart(6),
    String(Math.round(drainCpuMicroseconds)).padStart(6),
  ].join("  ");
