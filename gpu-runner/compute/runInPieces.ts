import { countElements, type NamedTensors, type WireTensor } from "../protocol/datatypes.ts";
import { done, type Outcome } from "../protocol/outcome.ts";
import { type Job, type JobResult, rowsOf } from "./job.ts";

/** Pieces under way at a time for each lane: one that runs, and one that waits to follow it. */
const PIECES_PER_LANE = 2;

const cutTensor = (tensor: WireTensor, start: number, end: number): WireTensor => {
  const [rows = 1, ...rest] = tensor.shape;
  const shape = [end - start, ...rest];
  if (tensor.datatype === "BYTES") {
    const width = countElements(rest);
    // Workers are handed whole buffers: what other pieces still need must not lie in the same one.
    const elements = tensor.elements
      .slice(start * width, end * width)
      .map((element) => new Uint8Array(element));
    return { datatype: "BYTES", shape, elements };
  }
  const rowBytes = tensor.bytes.length / rows;
  return { datatype: tensor.datatype, shape, bytes: tensor.bytes.slice(start * rowBytes, end * rowBytes) };
};

const joinTensors = (parts: readonly WireTensor[]): WireTensor | null => {
  const [first] = parts;
  if (first === undefined) return null;
  const shape = [parts.reduce((rows, part) => rows + (part.shape[0] ?? 0), 0), ...first.shape.slice(1)];
  if (first.datatype === "BYTES")
    return {
      datatype: "BYTES",
      shape,
      elements: parts.flatMap((part) => (part.datatype === "BYTES" ? part.elements : [])),
    };
  const chunks = parts.flatMap((part) => (part.datatype === "BYTES" ? [] : [part.bytes]));
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return { datatype: first.datatype, shape, bytes };
};

const joinResults = (results: readonly JobResult[]): JobResult => {
  const outputs: Record<string, WireTensor> = {};
  for (const name of Object.keys(results[0]?.outputs ?? {})) {
    const joined = joinTensors(results.flatMap((result) => result.outputs[name] ?? []));
    if (joined !== null) outputs[name] = joined;
  }
  return {
    outputs,
    queueMs: results[0]?.queueMs ?? 0,
    computeMs: results.reduce((sum, { computeMs }) => sum + computeMs, 0),
  };
};

/**
 * A batch inference job: any number of rows, run a few at a time so that what moves robots gets in between. Ends at
 * the first piece that is refused, and when the caller goes: what was not begun by then is not computed.
 */
export const runInPieces = async (
  job: Job,
  pieceRows: number,
  lanes: number,
  submit: (piece: Job) => Promise<Outcome<JobResult>>,
): Promise<Outcome<JobResult>> => {
  const rows = rowsOf(job);
  const stopped = new AbortController();
  const gone = AbortSignal.any([job.gone, stopped.signal]);
  const count = Math.ceil(rows / pieceRows);
  const results: JobResult[] = [];
  let next = 0;
  let refusal: Outcome<JobResult> | null = null;
  const pieceOf = (index: number): Job => {
    const end = Math.min(rows, (index + 1) * pieceRows);
    const inputs: NamedTensors = Object.fromEntries(
      Object.entries(job.inputs).map(([name, tensor]) => [name, cutTensor(tensor, index * pieceRows, end)]),
    );
    return { ...job, inputs, gone };
  };
  const work = async (): Promise<void> => {
    while (next < count && refusal === null) {
      const index = next;
      next += 1;
      const outcome = await submit(pieceOf(index));
      if (outcome.ok) results[index] = outcome.value;
      else {
        refusal ??= outcome;
        stopped.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, PIECES_PER_LANE * lanes) }, work));
  return refusal ?? done(joinResults(results));
};
