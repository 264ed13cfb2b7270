import { Tensor } from "onnxruntime-node";
import type { NumericTensor } from "../preprocess/feeds.ts";
import { countElements, NUMERIC, type NumericDatatype, numbersOf } from "../protocol/datatypes.ts";
import { fromBrain, toBrain } from "../protocol/halfFloats.ts";

/** A wire tensor as ONNX Runtime's binding takes it. */
export const toOrt = (tensor: NumericTensor): Tensor => {
  const { datatype, shape } = tensor;
  const numbers = numbersOf(tensor);
  if (datatype === "BF16" && numbers instanceof Uint16Array)
    return new Tensor("float32", Float32Array.from(numbers, fromBrain), [...shape]);
  const given = new Tensor(NUMERIC[datatype].element, numbers, [...shape]);
  // The library turns FP16 into a Float16Array, of which its own binding knows nothing: it wants the bits.
  if (datatype === "FP16") Object.defineProperty(given, "data", { value: numbers });
  return given;
};

/** ONNX Runtime's answer as a wire tensor of that datatype, a copy; null where it is of another type. */
export const fromOrt = (tensor: Tensor | undefined, datatype: NumericDatatype): NumericTensor | null => {
  if (tensor?.type !== NUMERIC[datatype].element || !ArrayBuffer.isView(tensor.data)) return null;
  const { buffer, byteLength, byteOffset } = tensor.data;
  const bytes = new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
  if (datatype !== "BF16") return { datatype, shape: [...tensor.dims], bytes };
  const narrow = Uint16Array.from(new Float32Array(bytes.buffer, 0, countElements(tensor.dims)), toBrain);
  return { datatype, shape: [...tensor.dims], bytes: new Uint8Array(narrow.buffer) };
};
