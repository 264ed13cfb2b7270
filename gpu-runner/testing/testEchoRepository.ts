import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ElementType, Graph } from "../build-models/graph.ts";
import { NUMERIC_DATATYPES, type NumericDatatype } from "../protocol/datatypes.ts";
import type { ModelContract } from "../repository/modelContract.ts";

/** How a graph calls the elements of each datatype; BF16 reaches it as the numbers that they are. */
const ELEMENTS: Readonly<Record<NumericDatatype, ElementType>> = {
  BOOL: "bool",
  UINT8: "uint8",
  INT8: "int8",
  UINT16: "uint16",
  INT16: "int16",
  UINT32: "uint32",
  INT32: "int32",
  UINT64: "uint64",
  INT64: "int64",
  FP16: "float16",
  BF16: "float",
  FP32: "float",
  FP64: "double",
};

const BUCKETS = 16;

/** gRPC has no typed contents for these, so that they have a model of their own. */
const HALVES = ["FP16", "BF16"] as const;
const WHOLES = NUMERIC_DATATYPES.filter((datatype) => !HALVES.some((half) => half === datatype));

const numericInputs = (datatypes: readonly NumericDatatype[]) =>
  datatypes.map((datatype) => ({ name: datatype, datatype, shape: [-1, 2] }));
const numericOutputs = (datatypes: readonly NumericDatatype[]) =>
  datatypes.map((datatype) => ({ name: `out_${datatype}`, datatype, shape: [-1, 2] }));

const ECHO_HALVES: ModelContract = {
  name: "echo-halves",
  max_batch: 4,
  inputs: numericInputs(HALVES),
  outputs: numericOutputs(HALVES),
};

const ECHO: ModelContract = {
  name: "echo",
  max_batch: 4,
  inputs: [
    ...numericInputs(WHOLES),
    {
      name: "BYTES",
      datatype: "BYTES",
      shape: [-1],
      preprocess: { kind: "ngram_counts", feeds: "counts", buckets: BUCKETS },
    },
  ],
  outputs: [...numericOutputs(WHOLES), { name: "out_BYTES", datatype: "FP32", shape: [-1, BUCKETS] }],
};

const echo = (datatypes: readonly NumericDatatype[], texts: boolean): Uint8Array => {
  const graph = new Graph("echo");
  for (const datatype of datatypes) {
    const type = ELEMENTS[datatype];
    graph.op("Identity", [graph.input(datatype, type, ["N", 2])], {}, `out_${datatype}`);
    graph.output(`out_${datatype}`, ["N", 2], type);
  }
  if (texts) {
    graph.op("Identity", [graph.input("counts", "float", ["N", BUCKETS])], {}, "out_BYTES");
    graph.output("out_BYTES", ["N", BUCKETS]);
  }
  return graph.toBytes();
};

const DOUBLE: ModelContract = {
  name: "double",
  max_batch: 4,
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 3] }],
  outputs: [{ name: "y", datatype: "FP32", shape: [-1, 3] }],
};

const double = (): Uint8Array => {
  const graph = new Graph("double");
  const x = graph.input("x", "float", ["N", 3]);
  graph.op("Add", [x, x], {}, "y");
  graph.output("y", ["N", 3]);
  return graph.toBytes();
};

const write = async (folder: string, contract: ModelContract, graph: Uint8Array): Promise<void> => {
  await mkdir(join(folder, contract.name, "1"), { recursive: true });
  await writeFile(join(folder, contract.name, "1", "model.onnx"), graph);
  await writeFile(join(folder, contract.name, "model.json"), JSON.stringify(contract));
};

/**
 * A temporary repository of small models: `echo` and `echo-halves` give back every datatype, inputs called as it and
 * outputs `out_` and it (the counts of n-grams for BYTES); `double` adds `x` to itself.
 */
export const makeEchoRepository = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-echo-"));
  await write(folder, ECHO, echo(WHOLES, true));
  await write(folder, ECHO_HALVES, echo(HALVES, false));
  await write(folder, DOUBLE, double());
  return folder;
};
