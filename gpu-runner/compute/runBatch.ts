import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Feed, NumericTensor } from "../preprocess/feeds.ts";
import { prepareInput } from "../preprocess/prepareInput.ts";
import type { NamedTensors, WireTensor } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import { type ModelAssets, NO_ASSETS } from "../repository/modelAssets.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import { fromOrt, toOrt } from "./ortTensor.ts";
import { processOutput } from "./processOutput.ts";
import { stackFeeds } from "./stackFeeds.ts";

/** A model as a worker holds it. */
export interface RunnableModel {
  readonly contract: ModelContract;
  readonly session: InferenceSession;
  readonly assets?: ModelAssets;
}

const prepareRequest = async (
  request: NamedTensors,
  { assets = NO_ASSETS, contract }: RunnableModel,
  maxPixels: number,
): Promise<Outcome<Feed[]>> => {
  const feeds: Feed[] = [];
  for (const input of contract.inputs) {
    const tensor: WireTensor | undefined = request[input.name];
    if (tensor === undefined) return refuse(400, `Input '${input.name}' is missing.`);
    const prepared = await prepareInput(tensor, input, assets, maxPixels);
    if (!prepared.ok) return prepared;
    feeds.push(...prepared.value);
  }
  return done(feeds);
};

/** The part of an output that belongs to `rows` rows from `start` on. */
const cut = (tensor: NumericTensor, start: number, rows: number): NumericTensor => {
  const rowBytes = tensor.bytes.length / (tensor.shape[0] ?? 1);
  return {
    datatype: tensor.datatype,
    shape: [rows, ...tensor.shape.slice(1)],
    bytes: tensor.bytes.slice(start * rowBytes, (start + rows) * rowBytes),
  };
};

const runGraph = async (
  { assets = NO_ASSETS, contract, session }: RunnableModel,
  requests: readonly (readonly Feed[])[],
): Promise<Outcome<Record<string, NumericTensor>>> => {
  const stacked = new Map<string, NumericTensor>();
  const feeds: Record<string, Tensor> = {};
  for (const [position, feed] of (requests[0] ?? []).entries()) {
    const tensor = stackFeeds(
      requests.flatMap((request) => request[position] ?? []),
      feed,
    );
    stacked.set(feed.name, tensor);
    feeds[feed.name] = toOrt(tensor);
  }
  const answers = await session.run(feeds);
  const outputs: Record<string, NumericTensor> = {};
  for (const output of contract.outputs) {
    const answer = fromOrt(answers[output.reads ?? output.name], output.datatype);
    const tensor = processOutput(answer, output, stacked, assets);
    if (!tensor.ok) return tensor;
    outputs[output.name] = tensor.value;
  }
  return done(outputs);
};

/** The graph's answers to requests that share a run, each its own rows. Throws where the runtime does. */
const runTogether = async (
  model: RunnableModel,
  requests: readonly (readonly Feed[])[],
): Promise<Outcome<NamedTensors>[]> => {
  const ran = await runGraph(model, requests);
  if (!ran.ok || requests.length === 1) return requests.map(() => ran);
  let start = 0;
  return requests.map((feeds) => {
    const rows = feeds[0]?.tensor.shape[0] ?? 1;
    const own = Object.entries(ran.value).map(([name, tensor]) => [name, cut(tensor, start, rows)] as const);
    start += rows;
    return done(Object.fromEntries(own));
  });
};

const failureOf = (error: unknown): Outcome<NamedTensors> => {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return refuse(500, `The model cannot compute this: ${reason.slice(0, REASON_CHARACTERS)}`, "model");
};
/** The runtime's reasons may hold whole shapes and file names. */
const REASON_CHARACTERS = 200;

/**
 * Prepares and runs the requests of a batch in one run of the graph: one outcome each, in order. A request whose
 * content is refused does not fail its neighbors, nor does one on which the graph itself fails: then each runs alone.
 */
export const runBatch = async (
  model: RunnableModel,
  batch: readonly NamedTensors[],
  maxPixels: number,
): Promise<Outcome<NamedTensors>[]> => {
  const prepared = await Promise.all(batch.map((request) => prepareRequest(request, model, maxPixels)));
  const good = prepared.flatMap((request) => (request.ok ? [request.value] : []));
  const answers: Outcome<NamedTensors>[] = [];
  try {
    if (good.length > 0) answers.push(...(await runTogether(model, good)));
  } catch (error) {
    for (const feeds of good)
      answers.push(
        good.length === 1
          ? failureOf(error)
          : ((await runTogether(model, [feeds]).catch((own) => [failureOf(own)]))[0] ?? failureOf(error)),
      );
  }
  let next = 0;
  return prepared.map((request) =>
    request.ok ? (answers[next++] ?? refuse(500, "The worker gave no answer.")) : request,
  );
};
