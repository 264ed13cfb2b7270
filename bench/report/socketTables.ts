import type { SocketPoint } from "../sockets/measureSockets.ts";
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

/** What a step over one socket takes more than a bare echo of the same frame, and which part waits for whom. */
export const addedTable = (points: readonly SocketPoint[]): Table => [
  ["cameras", "added p50 ms", "aim", "of it the model's wait", "the outbox's", "all else"],
  ...points
    .filter(({ target, connections }) => target === "socket, recorded" && connections === 1)
    .flatMap(({ cameras, load }) => {
      const echo = points.find(
        (point) => point.target === "bare echo" && point.connections === 1 && point.cameras === cameras,
      );
      if (echo === undefined || load.told === null) return [];
      const addedMs = load.p50Ms - echo.load.p50Ms;
      const { inferMs, recordMs } = load.told;
      return [
        [
          String(cameras),
          milliseconds(addedMs),
          addedMs < ADDED_AIM_MS ? `< ${ADDED_AIM_MS} reached` : `< ${ADDED_AIM_MS} missed`,
          milliseconds(inferMs),
          milliseconds(recordMs),
          milliseconds(addedMs - inferMs - recordMs),
        ],
      ];
    }),
];

const ADDED_AIM_MS = 2;

/** Answers that said `recorded: true`, and rows that lay in Postgres afterwards. */
export const socketParityOf = (points: readonly SocketPoint[]): { recorded: number; rows: number } => ({
  recorded: points.reduce((sum, { load }) => sum + load.recorded, 0),
  rows: points.reduce((sum, { rowsAdded }) => sum + rowsAdded, 0),
});

export const socketParityTable = (points: readonly SocketPoint[]): Table => {
  const { recorded, rows } = socketParityOf(points);
  return [
    ["target", "cameras", "sockets", "answers `recorded: true`", "rows in Postgres"],
    ...points
      .filter(({ target }) => target !== "bare echo")
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
