/** A file of a model: where it lies in the repository, where it comes from, and what it must be. */
export interface CatalogFile {
  readonly path: string;
  readonly url: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A model that can be pulled. `contract` is its `model.json`, without the checksums. */
export interface CatalogModel {
  readonly name: string;
  readonly description: string;
  readonly license: string;
  readonly contract: Readonly<Record<string, unknown>>;
  readonly files: readonly CatalogFile[];
}

const HUGGING_FACE = "https://huggingface.co";

/** Mean and deviation by which CLIP's pictures are normalized, of values from 0 to 1. */
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711];

const FACE_SIDE_PX = 640;
const FACE_STRIDES_PX = [8, 16, 32];

/** YuNet's outputs: for each stride a cell's class, objectness, box and five points, as rows. */
const faceOutputs = (
  [
    ["cls", 1],
    ["obj", 1],
    ["bbox", 4],
    ["kps", 10],
  ] as const
).flatMap(([name, columns]) =>
  FACE_STRIDES_PX.map((stride) => ({
    name: `${name}_${stride}`,
    datatype: "FP32",
    shape: [1, (FACE_SIDE_PX / stride) ** 2, columns],
  })),
);

/** The models that are worth more than those built here, each at one revision, pinned by its checksums. */
export const CATALOG: readonly CatalogModel[] = [
  {
    name: "minilm-l6-384",
    description: "all-MiniLM-L6-v2: sentences of English → 384 numbers that say what they mean",
    license: "Apache-2.0",
    contract: {
      max_batch: 32,
      inputs: [
        {
          name: "text",
          datatype: "BYTES",
          shape: [-1],
          preprocess: {
            kind: "tokens",
            file: "tokenizer.json",
            feeds: "input_ids",
            mask_feeds: "attention_mask",
            types_feeds: "token_type_ids",
            max_tokens: 256,
          },
        },
      ],
      outputs: [
        {
          name: "embedding",
          datatype: "FP32",
          shape: [-1, 384],
          reads: "last_hidden_state",
          postprocess: { kind: "mean_of_tokens", mask: "attention_mask" },
        },
      ],
    },
    files: [
      {
        path: "1/model.onnx",
        url: `${HUGGING_FACE}/sentence-transformers/all-MiniLM-L6-v2/resolve/c9745ed1d9f207416be6d2e6f8de32d1f16199bf/onnx/model.onnx`,
        sizeBytes: 90_405_214,
        sha256: "6fd5d72fe4589f189f8ebc006442dbb529bb7ce38f8082112682524616046452",
      },
      {
        path: "tokenizer.json",
        url: `${HUGGING_FACE}/sentence-transformers/all-MiniLM-L6-v2/resolve/c9745ed1d9f207416be6d2e6f8de32d1f16199bf/tokenizer.json`,
        sizeBytes: 466_247,
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
      },
    ],
  },
  {
    name: "clip-vit-b32-512",
    description: "CLIP ViT-B/32, its image half: pictures → 512 numbers that say what they show",
    license: "MIT",
    contract: {
      max_batch: 16,
      inputs: [
        {
          name: "image",
          datatype: "BYTES",
          shape: [-1],
          preprocess: {
            kind: "image",
            feeds: "pixel_values",
            width_px: 224,
            height_px: 224,
            channels: 3,
            fit: "cover",
            kernel: "cubic",
            normalize: { mean: CLIP_MEAN, std: CLIP_STD },
          },
        },
      ],
      outputs: [
        {
          name: "embedding",
          datatype: "FP32",
          shape: [-1, 512],
          reads: "image_embeds",
          postprocess: { kind: "unit_length" },
        },
      ],
    },
    files: [
      {
        path: "1/model.onnx",
        url: `${HUGGING_FACE}/Qdrant/clip-ViT-B-32-vision/resolve/e0c24ed0fa57fa3e4f97f30de74c51d944036ace/model.onnx`,
        sizeBytes: 351_686_194,
        sha256: "c68d3d9a200ddd2a8c8a5510b576d4c94d1ae383bf8b36dd8c084f94e1fb4d63",
      },
    ],
  },
  {
    name: "yunet-faces",
    description:
      "YuNet (2023, March): faces in a picture of 640 × 640, as boxes, scores and five points each",
    license: "MIT",
    contract: {
      max_batch: 1,
      inputs: [{ name: "input", datatype: "FP32", shape: [1, 3, FACE_SIDE_PX, FACE_SIDE_PX] }],
      outputs: faceOutputs,
    },
    files: [
      {
        path: "1/model.onnx",
        url: `${HUGGING_FACE}/opencv/face_detection_yunet/resolve/main/face_detection_yunet_2023mar.onnx`,
        sizeBytes: 232_589,
        sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
      },
    ],
  },
];
