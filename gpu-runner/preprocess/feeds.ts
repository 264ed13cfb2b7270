import type { NumericDatatype, WireTensor } from "../protocol/datatypes.ts";
import type { InputContract } from "../repository/modelContract.ts";

export type NumericTensor = Extract<WireTensor, { readonly bytes: unknown }>;

/** A tensor ready for the graph, under the name that the graph gives it. */
export interface Feed {
  readonly name: string;
  readonly tensor: NumericTensor;
  /** Its second dimension may differ between the requests of a batch: shorter ones get zeros behind. */
  readonly isRagged?: boolean;
}

/** What an input will feed to the graph: −1 is any size. */
export interface FeedShape {
  readonly name: string;
  readonly datatype: NumericDatatype;
  readonly shape: readonly number[];
}

/** The tensors that an input of this contract becomes. */
export const feedsOf = (input: InputContract): FeedShape[] => {
  if (input.datatype !== "BYTES") return [{ name: input.name, datatype: input.datatype, shape: input.shape }];
  const { preprocess: how } = input;
  const [rows] = input.shape;
  switch (how.kind) {
    case "image":
      return how.normalize === undefined
        ? [{ name: how.feeds, datatype: "UINT8", shape: [rows, how.height_px, how.width_px, how.channels] }]
        : [{ name: how.feeds, datatype: "FP32", shape: [rows, 3, how.height_px, how.width_px] }];
    case "target_color":
      return [{ name: how.feeds, datatype: "FP32", shape: [rows, 9] }];
    case "ngram_counts":
      return [{ name: how.feeds, datatype: "FP32", shape: [rows, how.buckets] }];
    case "tokens":
      return [how.feeds, how.mask_feeds, how.types_feeds].flatMap((name) =>
        name === undefined ? [] : [{ name, datatype: "INT64" as const, shape: [rows, -1] }],
      );
  }
};
