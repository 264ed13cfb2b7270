import type { ActionContract, Policy, PolicyProtocol } from "./models.ts";

/** A run of the robot's state under the name that the server knows it by: from `start` to before `end`. */
export interface StateSlice {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** How an observation is put for a server. A dot in a key leads into a map: `images.cam_high`. */
export interface ObservationShape {
  /** Our camera, and the server's name for what it sees. */
  readonly cameras: readonly { readonly camera: string; readonly key: string }[];
  /** Rows, columns, channels; or channels first. */
  readonly imageLayout: "hwc" | "chw";
  /** How an encoded picture comes to 224 × 224: padded with black, or stretched. */
  readonly imageFit: "contain" | "fill";
  /** Numbers, or the JPEG, PNG or WebP as it came. */
  readonly imageEncoding: "pixels" | "encoded";
  readonly state: readonly StateSlice[];
  readonly promptKey: string;
}

/** A policy that is not built in: it lives on a server of somebody else's, or was brought to the runner. */
export interface PolicyServer {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly protocol: PolicyProtocol;
  /** Without a trailing slash, in the order in which they are tried; none: Headgate's own runners. */
  readonly origins: readonly string[];
  /** Value of the Authorization header; null: none is sent. */
  readonly authorization: string | null;
  /** Robots that it serves; null: all that take its action. */
  readonly robots: readonly string[] | null;
  readonly action: ActionContract;
  readonly observation: ObservationShape;
  /** Name of the model on an Open Inference server. */
  readonly upstreamModel: string;
  /** Name of the output that holds the actions on an Open Inference server. */
  readonly outputName: string;
  /** Longest wait for one origin; null: the request's own deadline. */
  readonly timeoutMs: number | null;
}

/** What the gate says of such a policy: its promise, and nothing of where it lives. */
export const policyOf = (server: PolicyServer): Policy => ({
  name: server.name,
  kind: "policy",
  version: server.version,
  description: server.description,
  action: server.action,
  servedBy: server.protocol,
  ...(server.robots === null ? {} : { robots: server.robots }),
});
