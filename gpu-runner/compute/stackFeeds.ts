import type { Feed, NumericTensor } from "../preprocess/feeds.ts";
import { countElements, NUMERIC } from "../protocol/datatypes.ts";

/** A tensor whose second dimension is brought to `width`, zeros behind. */
const widen = (tensor: NumericTensor, width: number): NumericTensor => {
  const [rows = 0, own = 0, ...rest] = tensor.shape;
  if (own === width) return tensor;
  const unitBytes = countElements(rest) * NUMERIC[tensor.datatype].sizeBytes;
  const bytes = new Uint8Array(rows * width * unitBytes);
  for (let row = 0; row < rows; row += 1)
    bytes.set(
      tensor.bytes.subarray(row * own * unitBytes, (row + 1) * own * unitBytes),
      row * width * unitBytes,
    );
  return { datatype: tensor.datatype, shape: [rows, width, ...rest], bytes };
};

/** The feeds of one graph input, request after request, as one tensor. A single one is passed on as it is. */
export const stackFeeds = (feeds: readonly Feed[], first: Feed): NumericTensor => {
  if (feeds.length <= 1) return first.tensor;
  const width = Math.max(...feeds.map(({ tensor }) => tensor.shape[1] ?? 1));
  const tensors = feeds.map((feed) => (feed.isRagged === true ? widen(feed.tensor, width) : feed.tensor));
  const bytes = new Uint8Array(tensors.reduce((size, tensor) => size + tensor.bytes.length, 0));
  let offset = 0;
  let rows = 0;
  for (const tensor of tensors) {
    bytes.set(tensor.bytes, offset);
    offset += tensor.bytes.length;
    rows += tensor.shape[0] ?? 1;
  }
  const rest = (tensors[0] ?? first.tensor).shape.slice(1);
  return { datatype: first.tensor.datatype, shape: [rows, ...rest], bytes };
};
