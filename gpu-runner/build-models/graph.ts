import { BinaryWriter } from "@bufbuild/protobuf/wire";

/**
 * Writes ONNX files: the few fields of onnx.proto that a computation graph needs, by their public numbers
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). The same calls always give the same bytes.
 */

/** TensorProto.DataType. */
const ELEMENT = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
} as const;
export type ElementType = keyof typeof ELEMENT;
type ConstantType = "float" | "uint8" | "int64";

/** AttributeProto.AttributeType of the attributes used here. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;

/** IR version 8 and operator set 18: old enough for every execution provider, new enough for axes as inputs. */
const IR_VERSION = 8;
const OPERATOR_SET = 18;

/** A number with a fraction is written as a float attribute, a whole one as an int, a list as ints. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

type Message = (writer: BinaryWriter) => void;

const field = (writer: BinaryWriter, number: number, message: Message): void => {
  writer.tag(number, 2).fork();
  message(writer);
  writer.join();
};

const text = (writer: BinaryWriter, number: number, value: string): void => {
  writer.tag(number, 2).string(value);
};

const whole = (writer: BinaryWriter, number: number, value: number): void => {
  writer.tag(number, 0).int64(value);
};

const attribute =
  (name: string, value: number | readonly number[]): Message =>
  (writer) => {
    text(writer, 1, name);
    if (typeof value !== "number") {
      for (const item of value) whole(writer, 8, item);
      whole(writer, 20, ATTRIBUTE_TYPE.ints);
    } else if (Number.isInteger(value)) {
      whole(writer, 3, value);
      whole(writer, 20, ATTRIBUTE_TYPE.int);
    } else {
      writer.tag(2, 5).float(value);
      whole(writer, 20, ATTRIBUTE_TYPE.float);
    }
  };

const valueInfo =
  (name: string, type: ElementType, dims: readonly (number | string)[]): Message =>
  (writer) => {
    const shape: Message = (inShape) => {
      for (const dim of dims)
        field(inShape, 1, (inDim) => (typeof dim === "number" ? whole(inDim, 1, dim) : text(inDim, 2, dim)));
    };
    text(writer, 1, name);
    field(writer, 2, (inType) =>
      field(inType, 1, (inTensor) => {
        whole(inTensor, 1, ELEMENT[type]);
        field(inTensor, 2, shape);
      }),
    );
  };

const littleEndian = (type: ConstantType, values: ArrayLike<number>): Uint8Array => {
  if (type === "uint8") return Uint8Array.from(values);
  const bytes = new DataView(new ArrayBuffer(values.length * (type === "float" ? 4 : 8)));
  Array.from(values).forEach((value, index) => {
    if (type === "float") bytes.setFloat32(index * 4, value, true);
    else bytes.setBigInt64(index * 8, BigInt(value), true);
  });
  return new Uint8Array(bytes.buffer);
};

/** A graph under construction: each call adds a node or a constant and returns the name of its result. */
export class Graph {
  readonly operators = new Set<string>();
  readonly #name: string;
  readonly #nodes: Message[] = [];
  readonly #constants: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Declares an input; a dimension given by name is free. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Declares that the tensor `name` is an output. */
  output(name: string, dims: readonly (number | string)[], type: ElementType = "float"): void {
    this.#outputs.push(valueInfo(name, type, dims));
  }

  constant(type: ConstantType, dims: readonly number[], values: ArrayLike<number>): string {
    const name = `c${this.#constants.length}`;
    this.#constants.push((writer) => {
      for (const dim of dims) whole(writer, 1, dim);
      whole(writer, 2, ELEMENT[type]);
      text(writer, 8, name);
      writer.tag(9, 2).bytes(littleEndian(type, values));
    });
    return name;
  }

  scalar(value: number): string {
    return this.constant("float", [], [value]);
  }

  /** A list of whole numbers, as the operators take axes, bounds and shapes. */
  list(...values: readonly number[]): string {
    return this.constant("int64", [values.length], values);
  }

  /** Adds one operator with one output. */
  op(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = `n${this.#nodes.length}`,
  ): string {
    this.operators.add(operator);
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
  divide = (a: string, b: string): string => this.op("Div", [a, b]);

  product = (...factors: readonly string[]): string => factors.reduce((a, b) => this.multiply(a, b));

  /** The part of `tensor` from `start` to before `end` along one axis. */
  slice(tensor: string, axis: number, start: number, end: number): string {
    return this.op("Slice", [tensor, this.list(start), this.list(end), this.list(axis)]);
  }

  /** Reduces over `axes`, which stay as dimensions of one. */
  reduce(
    operator: "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceSumSquare",
    tensor: string,
    ...axes: readonly number[]
  ): string {
    return this.op(operator, [tensor, this.list(...axes)], { keepdims: 1 });
  }

  /** 1 where a > b, else 0, as floats. */
  greater(a: string, b: string, output?: string): string {
    return this.op("Cast", [this.op("Greater", [a, b])], { to: ELEMENT.float }, output);
  }

  toFloat(tensor: string): string {
    return this.op("Cast", [tensor], { to: ELEMENT.float });
  }

  /** Each row divided by its Euclidean length. */
  unitRows(tensor: string, axis: number, output?: string): string {
    const squares = this.reduce("ReduceSumSquare", tensor, axis);
    const length = this.op("Sqrt", [this.add(squares, this.scalar(1e-12))]);
    return this.op("Div", [tensor, length], {}, output);
  }

  /** The finished ModelProto. */
  toBytes(): Uint8Array {
    const writer = new BinaryWriter();
    whole(writer, 1, IR_VERSION);
    text(writer, 2, "headgate");
    field(writer, 7, (graph) => {
      for (const node of this.#nodes) field(graph, 1, node);
      text(graph, 2, this.#name);
      for (const constant of this.#constants) field(graph, 5, constant);
      for (const input of this.#inputs) field(graph, 11, input);
      for (const output of this.#outputs) field(graph, 12, output);
    });
    field(writer, 8, (operatorSet) => whole(operatorSet, 2, OPERATOR_SET));
    return writer.finish();
  }
}
