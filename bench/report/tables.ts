import type { Point } from "../measure.ts";
import type { Profile } from "../profile.ts";
import { type Aim, aimsOf, parityOf } from "./aims.ts";

/** A table as rows of cells; the first row is its head. */
export type Table = readonly (readonly string[])[];

const milliseconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const size = (bytes: number): string => (bytes < 1000 ? `${bytes} B` : `${bytes / 1000} KB`);

const POINT_HEAD = ["target", "body", "connections", "requests/s", "p50 ms", "p99 ms", "CPU µs", "not 200"];

const pointRow = ({ target, bodyBytes, connections, load, cpuMicroseconds }: Point): string[] => {
  const { "200": good = 0, ...bad } = load.statuses;
  const failures = Object.values(bad).reduce((sum, count) => sum + count, 0);
  return [
    target,
    size(bodyBytes),
    String(connections),
    whole(load.requestsPerSecond),
    milliseconds(load.p50Ms),
    milliseconds(load.p99Ms),
    good === 0 ? "–" : whole(cpuMicroseconds),
    String(failures),
  ];
};

/** All points, each with the processor time that its server took per request. */
export const pointTable = (points: readonly Point[]): Table => [POINT_HEAD, ...points.map(pointRow)];

/** One point while the run goes on. */
export const pointLine = (point: Point): string =>
  pointRow(point)
    .map((cell, column) =>
      column === 0 ? cell.padEnd(18) : cell.padStart((POINT_HEAD[column]?.length ?? 0) + 2),
    )
    .join("");

const aimRow = ({ target, bodyBytes, aimedShare, reachedShare }: Aim): string[] => [
  target,
  size(bodyBytes),
  percent(aimedShare),
  percent(reachedShare),
  reachedShare >= aimedShare ? "reached" : "missed",
];

/** What share of the pass-through's rate was reached. */
export const aimTable = (points: readonly Point[]): Table => [
  ["target", "body", "aim", "reached", ""],
  ...aimsOf(points).map(aimRow),
];

const OUR_TARGETS: ReadonlySet<string> = new Set(["act, not recorded", "act, recorded"]);

/** Calls of the stores while the load of each point ran, by what they were for. */
export const counterTable = (points: readonly Point[]): Table => [
  ["target", "body", "connections", "seconds", "calls by purpose", "Redis requests", "Postgres statements"],
  ...points
    .filter(({ target }) => OUR_TARGETS.has(target))
    .map((point) => [
      point.target,
      size(point.bodyBytes),
      String(point.connections),
      point.secondsCounted.toFixed(1),
      [...point.counters.purposes].map(([purpose, count]) => `${purpose} ${count}`).join(", ") || "none",
      String(point.counters.redisRequests),
      String(point.counters.postgresQueries),
    ]),
];

/** Row parity, point by point and in all. */
export const parityTable = (points: readonly Point[]): Table => {
  const { recorded, rows } = parityOf(points);
  return [
    [
      "target",
      "body",
      "connections",
      "answers `recorded: true`",
      "rows in Postgres",
      "seconds to drain",
      "CPU µs to drain",
    ],
    ...points
      .filter(({ load, rowsAdded }) => load.recorded > 0 || rowsAdded > 0)
      .map((point) => [
        point.target,
        size(point.bodyBytes),
        String(point.connections),
        String(point.load.recorded),
        String(point.rowsAdded),
        point.drainSeconds.toFixed(1),
        whole(point.drainCpuMicroseconds),
      ]),
    ["all", "", "", String(recorded), String(rows), recorded === rows ? "equal" : "NOT EQUAL", ""],
  ];
};

const PROFILE_ROWS = 24;

/** The functions with the most time of their own, in microseconds per request. */
export const profileTable = ({ functions, requests }: Profile): Table => [
  ["function", "own µs", "with callees µs"],
  ...functions
    .toSorted((a, b) => b.selfMicroseconds - a.selfMicroseconds)
    .slice(0, PROFILE_ROWS)
    .map(({ name, selfMicroseconds, totalMicroseconds }) => [
      name,
      (selfMicroseconds / requests).toFixed(1),
      (totalMicroseconds / requests).toFixed(1),
    ]),
];

/** A table for the terminal. */
export function plainTable(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return table.map((row) => line(row).join("  ").trimEnd()).join("\n");
}

/** The same for Markdown. */
export function markdownTable([head = [], ...rows]: Table): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
