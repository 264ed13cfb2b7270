import type { ActionFrame, ActionSpace, ActionUnits, GripperConvention } from "./actionSpaces.ts";

/** What a policy promises about its numbers; travels on every record and every answer. */
export interface ActionContract {
  readonly actionSpace: ActionSpace;
  readonly dimension: number;
  readonly frame: ActionFrame;
  readonly units: ActionUnits;
  readonly gripperConvention: GripperConvention;
  /** Name of the statistics with which the numbers were un-normalized; `metric` where none were. */
  readonly normKey: string;
  readonly chunkSize: number;
}

/** The protocols over which policies on servers of others are asked. */
export const POLICY_PROTOCOLS = ["openpi", "openvla", "open_inference"] as const;
export type PolicyProtocol = (typeof POLICY_PROTOCOLS)[number];

export type ModelDefinition =
  | {
      readonly name: string;
      readonly kind: "policy";
      readonly version: string;
      readonly description: string;
      readonly action: ActionContract;
      /** The protocol of the server on which it lives; absent: it is built into the runner. */
      readonly servedBy?: PolicyProtocol;
      /** Robots that it serves; absent: all that take its action. */
      readonly robots?: readonly string[];
    }
  | {
      readonly name: string;
      readonly kind: "text_embedding" | "image_embedding" | "image_hash";
      readonly version: string;
      readonly description: string;
      readonly dimensions: number;
    };

/** A model that acts. */
export type Policy = Extract<ModelDefinition, { readonly kind: "policy" }>;

/** The models that may make the vectors that are stored, first the one that is built in. */
export const TEXT_EMBEDDERS = ["lexical-384", "minilm-l6-384"] as const;
export const IMAGE_EMBEDDERS = ["visual-512", "clip-vit-b32-512"] as const;

/** The models that an operator pulls before the gate is set to use them. */
export const PULLED_MODELS: readonly ModelDefinition[] = [
  {
    name: "minilm-l6-384",
    kind: "text_embedding",
    version: "1",
    description: "all-MiniLM-L6-v2: sentences of English to 384 numbers that say what they mean.",
    dimensions: 384,
  },
  {
    name: "clip-vit-b32-512",
    kind: "image_embedding",
    version: "1",
    description: "CLIP ViT-B/32, its image half: pictures to 512 numbers that say what they show.",
    dimensions: 512,
  },
];

/** The models built by the scripts in gpu-runner/, and what each promises to the edge. */
export const MODELS: readonly ModelDefinition[] = [
  {
    name: "visual-servo",
    kind: "policy",
    version: "1",
    description:
      "An analytic 7-DoF policy, not a learned one: finds the object whose color the instruction names and moves the end effector towards it.",
    action: {
      actionSpace: "ee_delta",
      dimension: 7,
      frame: "camera",
      units: "metric",
      gripperConvention: "zero_closed_one_open",
      normKey: "metric",
      chunkSize: 8,
    },
  },
  {
    name: "lexical-384",
    kind: "text_embedding",
    version: "1",
    description: "Hashed character and word n-grams, projected to 384 dimensions; lexical, not semantic.",
    dimensions: 384,
  },
  {
    name: "visual-512",
    kind: "image_embedding",
    version: "1",
    description:
      "A fixed descriptor of color and edges over a grid, 512 dimensions; appearance, not meaning.",
    dimensions: 512,
  },
  {
    name: "perceptual-64",
    kind: "image_hash",
    version: "1",
    description:
      "A perceptual hash of 64 bits: copies of a picture, re-encoded or resized, differ by few; for duplicates.",
    dimensions: 64,
  },
];
