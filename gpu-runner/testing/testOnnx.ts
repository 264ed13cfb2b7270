import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** Writes ONNX messages field by field, for graphs that the builder of the built-in models has no words for. */
export type Message = (writer: BinaryWriter) => void;

const LENGTH = 2;

export const nested =
  (number: number, ...messages: readonly Message[]): Message =>
  (writer) => {
    writer.tag(number, LENGTH).fork();
    for (const message of messages) message(writer);
    writer.join();
  };

export const text =
  (number: number, value: string): Message =>
  (writer) =>
    void writer.tag(number, LENGTH).string(value);

export const whole =
  (number: number, value: number): Message =>
  (writer) =>
    void writer.tag(number, 0).int64(value);

/** A ValueInfoProto of rows of three, of an element type. */
export const rowsOfThree = (name: string, element: number): Message[] => [
  text(1, name),
  nested(2, nested(1, whole(1, element), nested(2, nested(1, text(2, "N")), nested(1, whole(1, 3))))),
];

/** A NodeProto in a graph; `to` is the attribute of a Cast. */
export const node = (operator: string, inputs: readonly string[], output: string, to?: number): Message =>
  nested(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, operator),
    ...(to === undefined ? [] : [nested(5, text(1, "to"), whole(3, to), whole(20, 2))]),
  );

/** A ModelProto of that graph. */
export const modelOf = (...graph: readonly Message[]): Uint8Array => {
  const writer = new BinaryWriter();
  for (const message of [whole(1, 8), nested(7, text(2, "graph"), ...graph), nested(8, whole(2, 18))])
    message(writer);
  return writer.finish();
};
