import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelInferRequestSchema } from "../../gpu-runner/generated/inference/grpc_service_pb.js";
import { cpuMsOf } from "../cpuTime.ts";
import { encodeHttp, grpcMessage, type Protocol } from "./encodeRequest.ts";
import type { LoadResult } from "./load/callers.ts";
import { type BenchModel, UNBATCHED } from "./models.ts";
import type { RunnerBenchOptions } from "./options.ts";
import type { BareResult, Helpers, RunnerProcess } from "./processes.ts";
import { readCounters } from "./runCounters.ts";

export interface RunnerPointShape {
  readonly model: string;
  readonly protocol: Protocol;
  readonly batching: boolean;
  readonly callers: number;
}

export interface RunnerPoint extends RunnerPointShape {
  readonly load: LoadResult;
  /** Mean rows per run of the graph, and the bare loop at that batch size, measured right after. */
  readonly meanBatch: number;
  readonly bare: BareResult;
  /** Processor time of the runner's process per request. */
  readonly cpuMicroseconds: number;
  /** Mean wait for a worker per request, and mean time of a run with its preparation. */
  readonly queueMs: number;
  readonly computeMs: number;
}

export interface Bench {
  readonly runner: RunnerProcess;
  readonly helpers: Helpers;
  readonly repository: string;
}

/** The model's name in the repository: where it can batch, the copy that may not has a name of its own. */
const nameOf = ({ batching }: RunnerPointShape, { maxBatch, name }: BenchModel): string =>
  batching || maxBatch === 1 ? name : name + UNBATCHED;

const requestOf = (shape: RunnerPointShape, model: BenchModel) => {
  const name = nameOf(shape, model);
  if (shape.protocol !== "gRPC")
    return { protocol: "http", request: encodeHttp(shape.protocol, name, model) } as const;
  const message = create(ModelInferRequestSchema, grpcMessage(name, model));
  return { protocol: "grpc", request: toBinary(ModelInferRequestSchema, message) } as const;
};

/** The warm-up before a model's first point over a protocol: V8 would compile what a lone caller uses too late. */
const WARM_CALLERS = 16;
const WARM_MS = 1200;

const loadOf = ({ runner }: Bench, shape: RunnerPointShape, model: BenchModel) => ({
  ...requestOf(shape, model),
  port: Number(new URL(runner.url).port),
  callers: shape.callers,
});

const measurePoint = async (
  bench: Bench,
  shape: RunnerPointShape,
  model: BenchModel,
  { measuredMs, warmupMs }: RunnerBenchOptions,
): Promise<RunnerPoint> => {
  const { helpers, repository, runner } = bench;
  const name = nameOf(shape, model);
  const before = await readCounters(runner.url, name);
  const cpuBeforeMs = cpuMsOf([runner.pid]);
  const load = await helpers.load({ ...loadOf(bench, shape, model), warmupMs, measuredMs });
  const cpuMs = cpuMsOf([runner.pid]) - cpuBeforeMs;
  const after = await readCounters(runner.url, name);
  const rows = after.rows - before.rows;
  const runs = after.runs - before.runs;
  const meanBatch = rows / runs;
  const path = join(repository, model.name, "1", "model.onnx");
  const bare = await helpers.runBare({
    path,
    rows: Math.max(1, Math.round(meanBatch) || 1),
    measuredMs: 300,
  });
  return {
    ...shape,
    load,
    meanBatch,
    bare,
    cpuMicroseconds: (1000 * cpuMs) / rows,
    queueMs: (1000 * (after.queueSeconds - before.queueSeconds)) / rows,
    computeMs: (1000 * (after.computeSeconds - before.computeSeconds)) / runs,
  };
};

/** Measures every model over every protocol with all numbers of callers; networks batched, and right after unbatched. */
export const measureRunner = async (
  bench: Bench,
  models: readonly BenchModel[],
  options: RunnerBenchOptions,
  onPoint: (point: RunnerPoint) => void,
): Promise<RunnerPoint[]> => {
  const points: RunnerPoint[] = [];
  for (const model of models)
    for (const protocol of options.protocols) {
      const variants = model.measured.map((batching) => ({ model: model.name, protocol, batching }) as const);
      for (const variant of variants) {
        const shape = { ...variant, callers: WARM_CALLERS };
        await bench.helpers.load({ ...loadOf(bench, shape, model), warmupMs: 0, measuredMs: WARM_MS });
      }
      for (const callers of options.callers)
        for (const variant of variants) {
          const point = await measurePoint(bench, { ...variant, callers }, model, options);
          onPoint(point);
          points.push(point);
        }
    }
  return points;
};
