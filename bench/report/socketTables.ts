import type { AddedPoint, SocketMeasurements, SocketPoint } from "../sockets/measureSockets.ts";
import type { Table } from "./tables.ts";

const milliseconds = (value: number): string => value.toFixed(2);

const HEAD = ["target", "cameras", "sockets", "steps/s", "p50 ms", "p99 ms", "CPU µs", "not answered"];

const pointRow = ({ target, cameras, connections, load, cpuMicroseconds }: SocketPoint): string[] => [
  target,
  String(cameras),
  String(connections),
  Math.round(load.stepsPerSecond).toLocaleString("en-US"),
  milliseconds(load.p50Ms),
  milliseconds(load.p99Ms),
  Math.round(cpuMicroseconds).toLocaleString("en-US"),
  String(load.failures),
];

/** Rates and latencies of all points. */
export const socketTable = (points: readonly SocketPoint[]): Table => [HEAD, ...points.map(pointRow)];

/** One point while the run goes on. */
export const socketLine = (point: SocketPoint): string =>
  pointRow(point)
    .map((cell, column) => (column === 0 ? cell.padEnd(18) : cell.padStart((HEAD[column]?.length ?? 0) + 2)))
    .join("");

const ADDED_AIM_MS = 2;

/** What a step over one socket takes more than a bare echo of the same frame, and which part waits for whom. */
export const addedTable = (added: readonly AddedPoint[]): Table => [
  [
    "cameras",
    "pace",
    "bare echo p50 ms",
    "socket p50 ms",
    "added",
    "aim",
    "of it the model's wait",
    "the outbox's",
    "all else",
  ],
  ...added.map(({ cameras, pace, echo, headgate }) => {
    const addedMs = headgate.p50Ms - echo.p50Ms;
    const { inferMs, recordMs } = headgate.told ?? { inferMs: Number.NaN, recordMs: Number.NaN };
    return [
      String(cameras),
      pace === null ? "as fast as answered" : `${pace} steps/s`,
      milliseconds(echo.p50Ms),
      milliseconds(headgate.p50Ms),
      milliseconds(addedMs),
      addedMs < ADDED_AIM_MS ? `< ${ADDED_AIM_MS} reached` : `< ${ADDED_AIM_MS} missed`,
      milliseconds(inferMs),
      milliseconds(recordMs),
      milliseconds(addedMs - inferMs - recordMs),
    ];
  }),
];

/** What was told to be recorded, and what lay in Postgres once nothing waited. */
type Kept = { readonly recorded: number; readonly rows: number };

/** Answers that said `recorded: true`, and rows that lay in Postgres afterwards. */
export const socketParityOf = ({ points, added }: SocketMeasurements): Kept => {
  const kept = [
    ...points.map(({ load, rowsAdded }): Kept => ({ recorded: load.recorded, rows: rowsAdded })),
    ...added.map(({ headgate, rowsAdded }): Kept => ({ recorded: headgate.recorded, rows: rowsAdded })),
  ];
  const sumOf = (of: (each: Kept) => number) => kept.reduce((sum, each) => sum + of(each), 0);
  return { recorded: sumOf(({ recorded }) => recorded), rows: sumOf(({ rows }) => rows) };
};

export const socketParityTable = (measured: SocketMeasurements): Table => {
  const { recorded, rows } = socketParityOf(measured);
  return [
    ["target", "cameras", "sockets", "answers `recorded: true`", "rows in Postgres"],
    ...measured.added.map(({ cameras, headgate, rowsAdded }) => [
      "in turn with the echo",
      String(cameras),
      "1",
      String(headgate.recorded),
      String(rowsAdded),
    ]),
    // The bare echo records nothing: rows that come in its time are somebody's all the same.
    ...measured.points
      .filter(({ target, rowsAdded }) => target !== "bare echo" || rowsAdded > 0)
      .map(({ target, cameras, connections, load, rowsAdded }) => [
        target,
        String(cameras),
        String(connections),
        String(load.recorded),
        String(rowsAdded),
      ]),
    ["all", "", "", String(recorded), `${rows} ${recorded === rows ? "equal" : "NOT EQUAL"}`],
  ];
};
