import type { ModelContract } from "../repository/modelContract.ts";
import type { Graph } from "./graph.ts";
import { BUCKETS, buildLexical384 } from "./lexical384.ts";
import { buildPerceptual64, SIDE as HASH_SIDE } from "./perceptual64.ts";
import { buildPixels224, SIDE as POLICY_SIDE } from "./pixels224.ts";
import { buildTinyFaces } from "./tinyFaces.ts";
import { buildVisual512, SIDE as DESCRIPTOR_SIDE } from "./visual512.ts";
import { buildVisualServo, SIDE as CAMERA_SIDE } from "./visualServo.ts";

export interface BuiltModel {
  readonly contract: ModelContract;
  readonly build: () => Graph;
}

/** Decodes pictures for policies elsewhere, resized by a triangle filter as openpi's clients do (PIL's bilinear). */
const pixels = (name: string, fit: "contain" | "fill"): BuiltModel => ({
  build: buildPixels224,
  contract: {
    name,
    max_batch: 8,
    inputs: [
      {
        name: "image",
        datatype: "BYTES",
        shape: [-1],
        preprocess: {
          kind: "image",
          feeds: "image",
          width_px: POLICY_SIDE,
          height_px: POLICY_SIDE,
          channels: 3,
          fit,
          kernel: "linear",
        },
      },
    ],
    outputs: [{ name: "pixels", datatype: "FP32", shape: [-1, POLICY_SIDE, POLICY_SIDE, 3] }],
  },
});

/** The models that every fresh copy of the runner serves. */
export const BUILT_MODELS: readonly BuiltModel[] = [
  {
    build: buildVisualServo,
    contract: {
      name: "visual-servo",
      max_batch: 1,
      inputs: [
        {
          name: "image",
          datatype: "BYTES",
          shape: [1],
          preprocess: {
            kind: "image",
            feeds: "pixels",
            width_px: CAMERA_SIDE,
            height_px: CAMERA_SIDE,
            channels: 4,
            fit: "contain",
          },
        },
        {
          name: "instruction",
          datatype: "BYTES",
          shape: [1],
          preprocess: { kind: "target_color", feeds: "target" },
        },
      ],
      outputs: [{ name: "actions", datatype: "FP32", shape: [1, 8, 7] }],
    },
  },
  {
    build: buildLexical384,
    contract: {
      name: "lexical-384",
      max_batch: 32,
      inputs: [
        {
          name: "text",
          datatype: "BYTES",
          shape: [-1],
          preprocess: { kind: "ngram_counts", feeds: "counts", buckets: BUCKETS },
        },
      ],
      outputs: [{ name: "embedding", datatype: "FP32", shape: [-1, 384] }],
    },
  },
  {
    build: buildVisual512,
    contract: {
      name: "visual-512",
      max_batch: 16,
      inputs: [
        {
          name: "image",
          datatype: "BYTES",
          shape: [-1],
          preprocess: {
            kind: "image",
            feeds: "pixels",
            width_px: DESCRIPTOR_SIDE,
            height_px: DESCRIPTOR_SIDE,
            channels: 3,
            fit: "fill",
          },
        },
      ],
      outputs: [{ name: "embedding", datatype: "FP32", shape: [-1, 512] }],
    },
  },
  {
    build: buildPerceptual64,
    contract: {
      name: "perceptual-64",
      max_batch: 16,
      inputs: [
        {
          name: "image",
          datatype: "BYTES",
          shape: [-1],
          preprocess: {
            kind: "image",
            feeds: "pixels",
            width_px: HASH_SIDE,
            height_px: HASH_SIDE,
            channels: 3,
            fit: "fill",
          },
        },
      ],
      outputs: [{ name: "bits", datatype: "FP32", shape: [-1, 64] }],
    },
  },
  pixels("pixels-contain-224", "contain"),
  pixels("pixels-fill-224", "fill"),
  {
    build: buildTinyFaces,
    contract: {
      name: "tiny-faces",
      max_batch: 8,
      inputs: [{ name: "pixels", datatype: "UINT8", shape: [-1, -1, -1, 3] }],
      outputs: [{ name: "cells", datatype: "FP32", shape: [-1, -1, -1, 25] }],
    },
  },
];
