import { z } from "zod";
import {
  actionFrameSchema,
  actionSpaceSchema,
  actionUnitsSchema,
  gripperConventionSchema,
} from "./actionSpaces.ts";
import { MODELS, PULLED_MODELS } from "./models.ts";
import type { PolicyServer } from "./policyServers.ts";
import { actionDimension, findRobot } from "./robots.ts";

const originSchema = z
  .url({ protocol: /^(https?|wss?)$/, error: "must be an http, https, ws or wss URL" })
  .refine((text) => new URL(text).username === "" && new URL(text).password === "", {
    error: "must hold no credentials; they belong into authorization",
  })
  .transform((text) => text.replace(/^ws/, "http").replace(/\/+$/, ""));

const keySchema = z.string().min(1).max(128);

const robotSchema = z.string().transform((name, context) => {
  const robot = findRobot(name);
  if (robot !== null && !robot.mobile) return robot;
  context.addIssue({ code: "custom", message: "is no robot type that act moves; docs/robots.md lists them" });
  return z.NEVER;
});

const actionSchema = z.strictObject({
  action_space: actionSpaceSchema,
  dimension: z.int().min(1).max(64).optional(),
  frame: actionFrameSchema,
  units: actionUnitsSchema,
  gripper_convention: gripperConventionSchema,
  norm_key: z.string().min(1).max(128),
  chunk_size: z.int().min(1).max(1000),
});

const sliceSchema = z
  .tuple([z.int().min(0), z.int().min(1).max(256)])
  .refine(([start, end]) => start < end, { error: "must be [start, end] with start before end" });

const observationShape = {
  cameras: z
    .record(z.string().regex(/^[A-Za-z0-9_./-]{1,64}$/, "is no camera name"), keySchema)
    .refine((cameras) => Object.keys(cameras).length > 0, { error: "must name a camera" })
    .refine((cameras) => new Set(Object.values(cameras)).size === Object.keys(cameras).length, {
      error: "must give each camera a name of its own",
    }),
  image_layout: z.enum(["hwc", "chw"]).default("hwc"),
  state: z.record(keySchema, sliceSchema).default({}),
};

const originsSchema = z.array(originSchema).min(1).max(8);

const shape = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be up to 64 letters, digits, dots, dashes")
    .refine((name) => [...MODELS, ...PULLED_MODELS].every((model) => model.name !== name), {
      error: "is a built-in model's name",
    }),
  version: z.string().min(1).max(64).default("1"),
  description: z.string().max(512).default(""),
  origins: originsSchema,
  authorization: z
    .string()
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, "must be a header's value")
    .nullable()
    .default(null),
  robots: z.array(robotSchema).min(1).nullable().default(null),
  action: actionSchema,
  timeout_ms: z.int().min(1).nullable().default(null),
};

const openpiSchema = z.strictObject({
  ...shape,
  protocol: z.literal("openpi"),
  observation: z.strictObject({
    ...observationShape,
    image_fit: z.enum(["contain", "fill"]).default("contain"),
    prompt: keySchema.default("prompt"),
  }),
});

const openVlaSchema = z.strictObject({
  ...shape,
  protocol: z.literal("openvla"),
  observation: z.strictObject({
    ...observationShape,
    image_fit: z.enum(["contain", "fill"]).default("fill"),
    prompt: keySchema.default("instruction"),
  }),
});

const openInferenceSchema = z.strictObject({
  ...shape,
  protocol: z.literal("open_inference"),
  origins: originsSchema.optional(),
  model: keySchema.optional(),
  output: keySchema.default("actions"),
  observation: z.strictObject({
    ...observationShape,
    image_fit: z.enum(["contain", "fill"]).default("contain"),
    image_encoding: z.enum(["pixels", "encoded"]).default("pixels"),
    prompt: keySchema.default("instruction"),
  }),
});

const serverSchema = z
  .discriminatedUnion("protocol", [openpiSchema, openVlaSchema, openInferenceSchema])
  .transform((server, context): PolicyServer => {
    const dimension = dimensionOf(server);
    if (typeof dimension === "string") {
      context.addIssue({ code: "custom", message: dimension, path: ["action", "dimension"] });
      return z.NEVER;
    }
    return toPolicyServer(server, dimension);
  });

type Written = z.infer<typeof openpiSchema | typeof openVlaSchema | typeof openInferenceSchema>;

/** How many numbers an action has: as written, and as every named robot takes them; else what is wrong there. */
function dimensionOf({ action, robots }: Written): number | string {
  const taken = new Set((robots ?? []).map((robot) => actionDimension(robot, action.action_space)));
  if (taken.has(null)) return `not every robot takes ${action.action_space}`;
  if (taken.size > 1) return "the robots take actions of different lengths; give each its own policy";
  const [ofRobots] = taken;
  const dimension = action.dimension ?? ofRobots;
  if (dimension === undefined || dimension === null) return "is needed where no robots are named";
  if (typeof ofRobots === "number" && ofRobots !== dimension) return `the robots take ${ofRobots} numbers`;
  return dimension;
}

function toPolicyServer(server: Written, dimension: number): PolicyServer {
  const { action, observation } = server;
  return {
    name: server.name,
    version: server.version,
    description: server.description,
    protocol: server.protocol,
    origins: server.origins ?? [],
    authorization: server.authorization,
    robots: server.robots?.map(({ name }) => name) ?? null,
    action: {
      actionSpace: action.action_space,
      dimension,
      frame: action.frame,
      units: action.units,
      gripperConvention: action.gripper_convention,
      normKey: action.norm_key,
      chunkSize: action.chunk_size,
    },
    observation: {
      cameras: Object.entries(observation.cameras).map(([camera, key]) => ({ camera, key })),
      imageLayout: observation.image_layout,
      imageFit: observation.image_fit,
      imageEncoding: "image_encoding" in observation ? observation.image_encoding : "pixels",
      state: Object.entries(observation.state).map(([key, [start, end]]) => ({ key, start, end })),
      promptKey: observation.prompt,
    },
    upstreamModel: "model" in server && server.model !== undefined ? server.model : server.name,
    outputName: "output" in server ? server.output : "actions",
    timeoutMs: server.timeout_ms,
  };
}

/** The list of policy servers as an operator writes it: docs/policy-servers.md. */
const policyServersSchema = z
  .array(serverSchema)
  .refine((servers) => new Set(servers.map(({ name }) => name)).size === servers.length, {
    error: "two policies have the same name",
  });

/** The setting POLICY_SERVERS: that list as JSON text. What is wrong is named by its place, never by its value. */
export const policyServersSetting = z
  .string()
  .default("[]")
  .transform((text, context): readonly PolicyServer[] => {
    const json = parseJson(text);
    const parsed = policyServersSchema.safeParse(json);
    if (json !== undefined && parsed.success) return parsed.data;
    const issues = json === undefined ? [{ message: "is no JSON", path: [] }] : (parsed.error?.issues ?? []);
    for (const { message, path } of issues) context.addIssue({ code: "custom", message, path: [...path] });
    return z.NEVER;
  });

function parseJson(text: string): unknown {
  if (text.trim() === "") return [];
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
