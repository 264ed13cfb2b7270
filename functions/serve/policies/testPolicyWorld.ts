import { orderedOrigins } from "../../../workers/ports/orderedOrigins.ts";
import type { PolicyObservation } from "../../contracts/observations.ts";
import { done } from "../../contracts/outcome.ts";
import type { PolicyServer } from "../../contracts/policyServers.ts";
import { policyServersSetting } from "../../contracts/policyServersSetting.ts";
import type { Clock, InferRequest, Runner } from "../../contracts/ports.ts";
import { serverPolicies } from "./serverPolicies.ts";
import { openFakeServers } from "./testTransport.ts";

export const DEADLINE_MS = 500;
export const ROW = [0.01, 0, 0, 0, 0, 0, 1];
export const TRACE = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
const PICTURE_BYTES = 224 * 224 * 3;

type Changes = Readonly<Record<string, unknown>>;

/** One server as an operator writes it, read. */
export function serverOf(changes: Changes = {}): PolicyServer {
  const written = {
    name: "far",
    version: "5",
    protocol: "openpi",
    origins: ["http://first:8000", "http://second:8000"],
    action: {
      action_space: "ee_delta",
      dimension: 7,
      frame: "base",
      units: "metric",
      gripper_convention: "zero_open_one_closed",
      norm_key: "bridge_orig",
      chunk_size: 3,
    },
    observation: { cameras: { primary: "image" } },
    ...changes,
  };
  const [server] = policyServersSetting.parse(JSON.stringify([written]));
  if (server === undefined) throw new Error("There is one.");
  return server;
}

export const RGB = new Uint8Array([1, 2, 3, 4, 5, 6]);

/** What a camera saw: two pixels, which came as numbers. */
export const image = (camera: string, rgb = RGB): PolicyObservation["images"][number] => ({
  camera,
  pointer: `/images/${camera}`,
  bytes: new Uint8Array([9, 9]),
  declaredType: null,
  pixels: { widthPixels: 2, heightPixels: 1, rgb },
});

export const observation = (changes: Partial<PolicyObservation> = {}): PolicyObservation => ({
  images: [image("primary")],
  instruction: "pick up the cup",
  robotType: "franka",
  state: [1, 2, 3, 4, 5, 6, 7, 0.5],
  episodeId: null,
  step: null,
  inferenceDelaySteps: null,
  previousChunk: null,
  ...changes,
});

/** Decodes the first picture of a call to sevens, the second to eights, and so on. */
const decoder = (decoded: InferRequest[]): Runner => ({
  infer: async (request) => {
    decoded.push(request);
    const pictures = request.inputs[0]?.shape[0] ?? 0;
    const data = new Float32Array(pictures * PICTURE_BYTES);
    for (let picture = 0; picture < pictures; picture += 1)
      data.fill(picture + 7, picture * PICTURE_BYTES, (picture + 1) * PICTURE_BYTES);
    return done({
      modelVersion: "1",
      outputs: [{ name: "pixels", datatype: "FP32", shape: [], data }],
      queueMs: null,
      computeMs: null,
    });
  },
});

/** Servers `first` and `second` in this process, a clock that stands, and what was counted and decoded. */
export function openPolicyWorld() {
  const servers = openFakeServers();
  const decoded: InferRequest[] = [];
  const counted: string[] = [];
  const clock: Clock & { nowMs: number } = {
    nowMs: 1000,
    now: () => clock.nowMs,
    sleep: async () => undefined,
  };
  const meter = {
    count: (name: string, labels?: Readonly<Record<string, string>>) => {
      counted.push([name, ...Object.values(labels ?? {})].join(" "));
    },
    observe: () => undefined,
    set: () => undefined,
  };
  /** Asks the policy of a server that is written so, with an observation that is changed so. */
  const ask = (
    changes: Changes = {},
    seen: Partial<PolicyObservation> = {},
    runner: Runner = decoder(decoded),
  ) => {
    const policies = serverPolicies([serverOf(changes)], {
      clock,
      meter,
      transport: servers.transport,
      originsOf: (origins) => orderedOrigins({ origins, clock, meter }),
      runner,
    });
    const [policy] = policies.policies;
    if (policy === undefined) throw new Error("There is a policy.");
    return policies.infer(policy, observation(seen), clock.nowMs + DEADLINE_MS, TRACE);
  };
  return { servers, decoded, counted, clock, ask };
}
