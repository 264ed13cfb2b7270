import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readConfiguration } from "./configuration.ts";
import { policyServersSetting } from "./policyServersSetting.ts";

const ACTION = {
  action_space: "ee_delta",
  dimension: 7,
  frame: "base",
  units: "metric",
  gripper_convention: "zero_open_one_closed",
  norm_key: "droid",
  chunk_size: 10,
};

const server = (changes: Readonly<Record<string, unknown>> = {}) => ({
  name: "pi0-droid",
  protocol: "openpi",
  origins: ["wss://gpu1.example:8000/", "http://gpu2.example:8000"],
  action: ACTION,
  observation: { cameras: { primary: "observation/image" } },
  ...changes,
});

const read = (...servers: unknown[]) => policyServersSetting.safeParse(JSON.stringify(servers));
const complaints = (...servers: unknown[]) =>
  read(...servers).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

it("has none where nothing is set", () => {
  expect([undefined, "", " "].map((text) => policyServersSetting.parse(text))).toEqual([[], [], []]);
});

it("reads a server with the defaults of its protocol, and every origin as one that fetch takes", () => {
  const [openpi, openvla] = read(server(), server({ name: "vla", protocol: "openvla" })).data ?? [];
  expect(openpi).toMatchObject({
    origins: ["https://gpu1.example:8000", "http://gpu2.example:8000"],
    authorization: null,
    robots: null,
    observation: { promptKey: "prompt", imageFit: "contain", imageLayout: "hwc", state: [] },
  });
  expect(openvla?.observation).toMatchObject({ promptKey: "instruction", imageFit: "fill" });
});

it("takes the length of an action from the robots where it is not written", () => {
  const action = { ...ACTION, action_space: "joint_abs", dimension: undefined };
  expect(read(server({ action, robots: ["panda"] })).data?.[0]).toMatchObject({
    robots: ["franka"],
    action: { dimension: 8 },
  });
  expect(complaints(server({ action }))).toEqual(["0.action.dimension: is needed where no robots are named"]);
  expect(complaints(server({ action, robots: ["franka", "aloha"] }))).toEqual([
    "0.action.dimension: the robots take actions of different lengths; give each its own policy",
  ]);
  expect(complaints(server({ action: { ...action, dimension: 7 }, robots: ["franka"] }))).toEqual([
    "0.action.dimension: the robots take 8 numbers",
  ]);
  expect(complaints(server({ action, robots: ["hello_stretch"] }))).toEqual([
    "0.action.dimension: not every robot takes joint_abs",
  ]);
});

it.each([
  ["a built-in name", { name: "visual-servo" }, "0.name: is a built-in model's name"],
  [
    "another protocol",
    { protocol: "grpc" },
    "0.protocol: Invalid discriminator value. Expected 'openpi' | 'openvla' | 'open_inference'",
  ],
  ["no origin", { origins: [] }, "0.origins: Too small: expected array to have >=1 items"],
  ["a file", { origins: ["file:///x"] }, "0.origins.0: must be an http, https, ws or wss URL"],
  [
    "credentials in the URL",
    { origins: ["http://user:hunter2@x"] },
    "0.origins.0: must hold no credentials; they belong into authorization",
  ],
  [
    "a mobile base",
    { robots: ["jackal"] },
    "0.robots.0: is no robot type that act moves; docs/robots.md lists them",
  ],
  ["a line break", { authorization: "hunter2\r\nx: y" }, "0.authorization: must be a header's value"],
  ["no camera", { observation: { cameras: {} } }, "0.observation.cameras: must name a camera"],
  [
    "two cameras of one name",
    { observation: { cameras: { primary: "image", wrist: "image" } } },
    "0.observation.cameras: must give each camera a name of its own",
  ],
  [
    "an empty slice",
    { observation: { cameras: { primary: "image" }, state: { joints: [7, 7] } } },
    "0.observation.state.joints: must be [start, end] with start before end",
  ],
  ["a setting that nobody reads", { orgins: [] }, '0: Unrecognized key: "orgins"'],
] as const)("names the place of %s, and says nothing of its value", (_name, changes, complaint) => {
  const found = complaints(server(changes));
  expect(found).toEqual([complaint]);
  expect(found.join()).not.toContain("hunter2");
});

it("is fatal in a configuration, which names the setting and the place", () => {
  const wrong = () =>
    readConfiguration({ POLICY_SERVERS: JSON.stringify([server({ name: "visual-servo" })]) });
  expect(wrong).toThrow("POLICY_SERVERS.0.name: is a built-in model's name");
});

it("refuses two policies of one name, and text that is no JSON", () => {
  expect(complaints(server(), server())).toEqual([": two policies have the same name"]);
  expect(policyServersSetting.safeParse("[hunter2").error?.issues[0]?.message).toBe("is no JSON");
});

it("takes every example of its page", () => {
  const page = readFileSync(new URL("../../docs/policy-servers.md", import.meta.url), "utf8");
  const examples = Array.from(page.matchAll(/```json\n(.+?)```/gs), ([, text]) => text ?? "");
  const protocols = examples
    .flatMap((text) => policyServersSetting.parse(text))
    .map(({ protocol }) => protocol);
  expect(protocols).toEqual(["openpi", "openvla", "open_inference"]);
});
