import { type InferenceSession, Tensor } from "onnxruntime-node";
import { type Feed, prepareInput } from "../preprocess/prepareInput.ts";
import { countElements, type NamedTensors, NUMERIC, type WireTensor } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";

type NumericTensor = Feed["tensor"];

/** A model as a worker holds it. */
export interface RunnableModel {
  readonly contract: ModelContract;
  readonly session: InferenceSession;
}

const prepareRequest = async (
  request: NamedTensors,
  contract: ModelContract,
  maxPixels: number,
): Promise<Outcome<Feed[]>> => {
  const feeds: Feed[] = [];
  for (const input of contract.inputs) {
    const tensor: WireTensor | undefined = request[input.name];
    if (tensor === undefined) return refuse(400, `Input '${input.name}' is missing.`);
    const feed = await prepareInput(tensor, input, maxPixels);
    if (!feed.ok) return feed;
    feeds.push(feed.value);
  }
  return done(feeds);
};

/** Tensors one after the other along their first dimension. A single one is passed on as it is. */
const stack = (tensors: readonly NumericTensor[], first: NumericTensor): NumericTensor => {
  if (tensors.length === 1) return first;
  const bytes = new Uint8Array(tensors.reduce((size, tensor) => size + tensor.bytes.length, 0));
  let offset = 0;
  let rows = 0;
  for (const tensor of tensors) {
    bytes.set(tensor.bytes, offset);
    offset += tensor.bytes.length;
    rows += tensor.shape[0] ?? 1;
  }
  return { datatype: first.datatype, shape: [rows, ...first.shape.slice(1)], bytes };
};

const toOrt = ({ datatype, shape, bytes }: NumericTensor): Tensor => {
  const { array, element } = NUMERIC[datatype];
  // A tensor that lies at an odd place of a larger buffer cannot be viewed as numbers.
  const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  const numbers = new array(aligned.buffer, aligned.byteOffset, countElements(shape));
  return new Tensor(element, numbers, [...shape]);
};

const fromOrt = (
  tensor: Tensor | undefined,
  output: ModelContract["outputs"][number],
): Outcome<NumericTensor> => {
  const expected = NUMERIC[output.datatype];
  const fitting =
    tensor?.type === expected.element &&
    tensor.dims.length === output.shape.length &&
    output.shape.every((dimension, axis) => dimension === -1 || dimension === tensor.dims[axis]);
  if (tensor === undefined || !fitting || !ArrayBuffer.isView(tensor.data))
    return refuse(500, `The model's output '${output.name}' breaks its contract.`);
  const view = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return done({ datatype: output.datatype, shape: [...tensor.dims], bytes: new Uint8Array(view) });
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
  model: RunnableModel,
  requests: readonly (readonly Feed[])[],
): Promise<Outcome<Record<string, NumericTensor>>> => {
  const feeds: Record<string, Tensor> = {};
  for (const [position, feed] of (requests[0] ?? []).entries()) {
    const tensors = requests.flatMap((request) => request[position]?.tensor ?? []);
    feeds[feed.name] = toOrt(stack(tensors, feed.tensor));
  }
  const answers = await model.session.run(feeds);
  const outputs: Record<string, NumericTensor> = {};
  for (const output of model.contract.outputs) {
    const tensor = fromOrt(answers[output.name], output);
    if (!tensor.ok) return tensor;
    outputs[output.name] = tensor.value;
  }
  return done(outputs);
};

/**
 * Prepares and runs the requests of a batch in one run of the graph: one outcome each, in order. A request
 * whose content is refused does not fail its neighbors.
 */
export const runBatch = async (
  model: RunnableModel,
  batch: readonly NamedTensors[],
  maxPixels: number,
): Promise<Outcome<NamedTensors>[]> => {
  const prepared = await Promise.all(
    batch.map((request) => prepareRequest(request, model.contract, maxPixels)),
  );
  const good = prepared.flatMap((request) => (request.ok ? [request.value] : []));
  if (good.length === 0) return prepared.map((request) => (request.ok ? done({}) : request));
  const ran = await runGraph(model, good);
  let start = 0;
  return prepared.map((request) => {
    if (!request.ok || !ran.ok) return request.ok ? ran : request;
    if (good.length === 1) return ran;
    const rows = request.value[0]?.tensor.shape[0] ?? 1;
    const own = Object.entries(ran.value).map(([name, tensor]) => [name, cut(tensor, start, rows)] as const);
    start += rows;
    return done(Object.fromEntries(own));
  });
};
