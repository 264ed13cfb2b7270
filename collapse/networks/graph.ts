import { BinaryWriter } from "@bufbuild/protobuf/wire";

// Writes ONNX files: the few fields of onnx.proto that a computation graph needs, by their public numbers
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). The same calls always give the same bytes.

/** TensorProto.DataType of what is computed in. */
const ELEMENT = { float: 1, double: 11 } as const;
export type Precision = keyof typeof ELEMENT;

const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** Old enough for every execution provider, new enough for axes as inputs. */
const IR_VERSION = 8;
const OPERATOR_SET = 18;

type Message = (writer: BinaryWriter) => void;
type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** A graph under construction: each call adds a node or a constant and answers the name of its result. */
export class Graph {
  readonly #precision: Precision;
  readonly #nodes: Message[] = [];
  readonly #constants: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];

  constructor(precision: Precision) {
    this.#precision = precision;
  }

  /** Declares an input; a dimension given by name is free. */
  input(name: string, dims: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(name, ELEMENT[this.#precision], dims));
    return name;
  }

  /** Declares that the tensor `name` is an output. */
  output(name: string, dims: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo(name, ELEMENT[this.#precision], dims));
  }

  scalar(value: number): string {
    const bytes = new DataView(new ArrayBuffer(this.#precision === "float" ? 4 : 8));
    if (this.#precision === "float") bytes.setFloat32(0, value, true);
    else bytes.setFloat64(0, value, true);
    return this.#constant(ELEMENT[this.#precision], [], new Uint8Array(bytes.buffer));
  }

  /** A list of whole numbers, as operators take axes. */
  list(...values: readonly number[]): string {
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    values.forEach((value, index) => {
      bytes.setBigInt64(8 * index, BigInt(value), true);
    });
    return this.#constant(INT64, [values.length], new Uint8Array(bytes.buffer));
  }

  #constant(type: number, dims: readonly number[], bytes: Uint8Array): string {
    const name = `c${this.#constants.length}`;
    this.#constants.push((writer) => {
      for (const dim of dims) whole(writer, 1, dim);
      whole(writer, 2, type);
      text(writer, 8, name);
      writer.tag(9, 2).bytes(bytes);
    });
    return name;
  }

  /** Adds one operator with one output. */
  op(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = `n${this.#nodes.length}`,
  ): string {
    this.#nodes.push((writer) => {
      for (const input of inputs) text(writer, 1, input);
      text(writer, 2, output);
      text(writer, 4, operator);
      for (const [name, value] of Object.entries(attributes)) field(writer, 5, attribute(name, value));
    });
    return output;
  }

  add = (a: string, b: string): string => this.op("Add", [a, b]);
  subtract = (a: string, b: string): string => this.op("Sub", [a, b]);
  multiply = (a: string, b: string): string => this.op("Mul", [a, b]);
  scale = (tensor: string, by: number): string => this.multiply(tensor, this.scalar(by));
  product = (a: string, b: string): string => this.op("MatMul", [a, b]);

  /** 1 where the tensor is above 0, else 0. */
  isPositive(tensor: string): string {
    return this.op("Cast", [this.op("Greater", [tensor, this.scalar(0)])], { to: ELEMENT[this.#precision] });
  }

  /** The finished ModelProto. */
  toBytes(): Uint8Array {
    const writer = new BinaryWriter();
    whole(writer, 1, IR_VERSION);
    text(writer, 2, "headgate");
    field(writer, 7, (graph) => {
      for (const node of this.#nodes) field(graph, 1, node);
      text(graph, 2, "kernel");
      for (const constant of this.#constants) field(graph, 5, constant);
      for (const input of this.#inputs) field(graph, 11, input);
      for (const output of this.#outputs) field(graph, 12, output);
    });
    field(writer, 8, (operatorSet) => whole(operatorSet, 2, OPERATOR_SET));
    return writer.finish();
  }
}

function field(writer: BinaryWriter, number: number, message: Message): void {
  writer.tag(number, 2).fork();
  message(writer);
  writer.join();
}

function text(writer: BinaryWriter, number: number, value: string): void {
  writer.tag(number, 2).string(value);
}

function whole(writer: BinaryWriter, number: number, value: number): void {
  writer.tag(number, 0).int64(value);
}

const attribute =
  (name: string, value: number | readonly number[]): Message =>
  (writer) => {
    text(writer, 1, name);
    if (typeof value === "number") whole(writer, 3, value);
    else for (const item of value) whole(writer, 8, item);
    whole(writer, 20, typeof value === "number" ? ATTRIBUTE_INT : ATTRIBUTE_INTS);
  };

/** A ValueInfoProto. */
const valueInfo =
  (name: string, type: number, dims: readonly (number | string)[]): Message =>
  (writer) => {
    text(writer, 1, name);
    field(writer, 2, (inType) =>
      field(inType, 1, (inTensor) => {
        whole(inTensor, 1, type);
        field(inTensor, 2, (inShape) => {
          for (const dim of dims)
            field(inShape, 1, (inDim) =>
              typeof dim === "number" ? whole(inDim, 1, dim) : text(inDim, 2, dim),
            );
        });
      }),
    );
  };
