import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { create, toBinary } from "@bufbuild/protobuf";
import sharp from "sharp";
import { AnonymizeImageRequestSchema } from "../../gpu-runner/generated/headgate/media/v1/media_pb.js";
import type { Table } from "../report/tables.ts";
import { httpRequest } from "./encodeRequest.ts";
import type { LoadResult } from "./load/callers.ts";
import type { Bench } from "./measureRunner.ts";
import type { RunnerBenchOptions } from "./options.ts";

export interface MediaPoint {
  readonly picture: string;
  readonly sizeBytes: number;
  readonly callers: number;
  readonly load: LoadResult;
}

const PATH = "/headgate.media.v1.MediaService/AnonymizeImage";
/** A photograph of people that ships with a package of the tests, as it is and as large as a robot's camera. */
const PHOTOGRAPH = "@vladmandic/face-api/demo/sample1.jpg";
const CAMERA_PX = 640;
/** Pictures take a tenth of a second and more: they are measured for longer. */
const LONGER = 2;
/** The first ones wait for the threads that read writing to start. */
const START_MS = 3000;
const CALLERS = [1, 4];

const SIGN = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60"><rect width="300" height="60" fill="white"/>' +
    '<text x="10" y="44" font-size="40" font-family="sans-serif">EXIT 24 NORTH</text></svg>',
);

const makePictures = async (): Promise<readonly (readonly [name: string, bytes: Buffer])[]> => {
  const photograph = await readFile(createRequire(import.meta.url).resolve(PHOTOGRAPH));
  const small = sharp(photograph).resize(CAMERA_PX, CAMERA_PX, { fit: "inside" });
  const signed = await small
    .clone()
    .composite([{ input: SIGN, left: 20, top: 20 }])
    .jpeg()
    .toBuffer();
  const { height, width } = await sharp(photograph).metadata();
  return [
    ["faces, longer side 640", await small.clone().jpeg().toBuffer()],
    ["faces and a sign, longer side 640", signed],
    [`faces, ${width} × ${height}`, photograph],
  ];
};

/** Anonymizes JPEG pictures over the MediaService (Connect, HTTP/1.1), one a call. */
export const measureMedia = async (
  { helpers, runner }: Bench,
  { measuredMs, warmupMs }: RunnerBenchOptions,
  onPoint: (point: MediaPoint) => void,
): Promise<MediaPoint[]> => {
  const points: MediaPoint[] = [];
  for (const [picture, image] of await makePictures()) {
    const message = create(AnonymizeImageRequestSchema, { picture: { image } });
    const headers = ["Content-Type: application/proto", "Connect-Protocol-Version: 1"];
    const request = httpRequest(PATH, headers, toBinary(AnonymizeImageRequestSchema, message));
    const call = { port: Number(new URL(runner.url).port), protocol: "http", request } as const;
    if (points.length === 0) await helpers.load({ ...call, callers: 4, warmupMs: 0, measuredMs: START_MS });
    for (const callers of CALLERS) {
      const load = await helpers.load({ ...call, callers, warmupMs, measuredMs: measuredMs * LONGER });
      const point = { picture, sizeBytes: image.length, callers, load };
      onPoint(point);
      points.push(point);
    }
  }
  return points;
};

const milliseconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

const rowOf = ({ callers, load, picture, sizeBytes }: MediaPoint): string[] => [
  picture,
  `${Math.round(sizeBytes / 1000)} KB`,
  String(callers),
  load.requestsPerSecond.toFixed(1),
  milliseconds(load.p50Ms),
  milliseconds(load.p99Ms),
  String(load.failed),
];

/** Pictures per second, and how long one takes. */
export const mediaTable = (points: readonly MediaPoint[]): Table => [
  ["picture", "JPEG", "callers", "pictures/s", "p50 ms", "p99 ms", "failed"],
  ...points.map(rowOf),
];

/** One point while the run goes on. */
export const mediaLine = (point: MediaPoint): string => rowOf(point).join("  ");
