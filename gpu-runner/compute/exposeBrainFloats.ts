import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/*
 * ONNX Runtime's binding for Node knows no bfloat16, so a graph that takes or gives such tensors could not be fed.
 * Here its inputs and outputs become float32 with a Cast behind or before each, which loses nothing: every BF16
 * number is a float32 number. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */

const FLOAT = 1;
const BFLOAT16 = 16;
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, input: 11, output: 12, valueInfo: 13 } as const;
const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, int: 3, graph: 6, graphs: 11, type: 20 } as const;
const VALUE = { name: 1, type: 2 } as const;
const INT = 2;

type Rewrite = (content: Uint8Array) => Uint8Array;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A message with some of its fields rewritten, and others before and behind them. */
const rewrite = (
  message: Uint8Array,
  rewrites: Readonly<Record<number, Rewrite>>,
  field = 0,
  before: readonly Uint8Array[] = [],
  behind: readonly Uint8Array[] = [],
): Uint8Array => {
  const reader = new BinaryReader(message);
  const writer = new BinaryWriter();
  for (const added of before) writer.tag(field, WireType.LengthDelimited).bytes(added);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const change = type === WireType.LengthDelimited ? rewrites[number] : undefined;
    if (change === undefined) writer.tag(number, type).raw(reader.skip(type, number));
    else writer.tag(number, type).bytes(change(reader.bytes()));
  }
  for (const added of behind) writer.tag(field, WireType.LengthDelimited).bytes(added);
  return writer.finish();
};

/** The contents of a message's fields of one number. */
const contentsOf = (message: Uint8Array, field: number): Uint8Array[] => {
  const reader = new BinaryReader(message);
  const contents: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field && type === WireType.LengthDelimited) contents.push(reader.bytes());
    else reader.skip(type, number);
  }
  return contents;
};

const nameOf = (value: Uint8Array): string => decoder.decode(contentsOf(value, VALUE.name)[0]);

/** TypeProto.Tensor with another element type; the same bytes where it is no BF16. */
const toFloat: Rewrite = (tensor) => {
  const reader = new BinaryReader(tensor);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number !== 1 || type !== WireType.Varint) writer.tag(number, type).raw(reader.skip(type, number));
    else {
      const element = reader.int32();
      writer.tag(number, type).int32(element === BFLOAT16 ? FLOAT : element);
    }
  }
  return writer.finish();
};

const asFloat: Rewrite = (value) => rewrite(value, { [VALUE.type]: (type) => rewrite(type, { 1: toFloat }) });

const isBrain = (value: Uint8Array): boolean => !equal(asFloat(value), value);

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

const castNode = (from: string, into: string, element: number): Uint8Array => {
  const attribute = new BinaryWriter();
  attribute.tag(ATTRIBUTE.name, WireType.LengthDelimited).string("to");
  attribute.tag(ATTRIBUTE.int, WireType.Varint).int64(element);
  attribute.tag(ATTRIBUTE.type, WireType.Varint).int32(INT);
  const node = new BinaryWriter();
  node.tag(NODE.input, WireType.LengthDelimited).string(from);
  node.tag(NODE.output, WireType.LengthDelimited).string(into);
  node.tag(NODE.opType, WireType.LengthDelimited).string("Cast");
  node.tag(NODE.attribute, WireType.LengthDelimited).bytes(attribute.finish());
  return node.finish();
};

/** Nodes that know the tensors of these names by their inner names, also within the graphs that they hold. */
const renameIn = (names: ReadonlySet<string>): Rewrite => {
  const rename: Rewrite = (name) => {
    const text = decoder.decode(name);
    return names.has(text) ? encoder.encode(innerName(text)) : name;
  };
  const inValue: Rewrite = (value) => rewrite(value, { [VALUE.name]: rename });
  const inGraph: Rewrite = (graph) => rewrite(graph, { [GRAPH.node]: inNode, [GRAPH.valueInfo]: inValue });
  const inAttribute: Rewrite = (attribute) =>
    rewrite(attribute, { [ATTRIBUTE.graph]: inGraph, [ATTRIBUTE.graphs]: inGraph });
  const inNode: Rewrite = (node) =>
    rewrite(node, { [NODE.input]: rename, [NODE.output]: rename, [NODE.attribute]: inAttribute });
  return inGraph;
};

const innerName = (name: string): string => `${name}:bfloat16`;

/** The model with float32 in the place of every BF16 input and output. */
export const exposeBrainFloats = (model: Uint8Array): Uint8Array =>
  rewrite(model, {
    [MODEL.graph]: (graph) => {
      const inputs = contentsOf(graph, GRAPH.input).filter(isBrain).map(nameOf);
      const outputs = contentsOf(graph, GRAPH.output).filter(isBrain).map(nameOf);
      const renamed = renameIn(new Set([...inputs, ...outputs]))(graph);
      return rewrite(
        renamed,
        { [GRAPH.input]: asFloat, [GRAPH.output]: asFloat },
        GRAPH.node,
        inputs.map((name) => castNode(name, innerName(name), BFLOAT16)),
        outputs.map((name) => castNode(innerName(name), name, FLOAT)),
      );
    },
  });
