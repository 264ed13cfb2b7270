import type { ActionSpace } from "./actionSpaces.ts";

/** What closes at the end of an arm; `add_on` is whatever the owner mounted, `none` takes no number. */
export type GripperKind = "parallel" | "three_finger" | "hand" | "add_on" | "none";

/** One robot type: what of its body `act` may move, and how fast. */
export interface Robot {
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  /** The arms that an action moves, left first; joints without the gripper. Base, torso and head stay put. */
  readonly arms: readonly { readonly joints: number }[];
  readonly gripper: GripperKind;
  /** Actions per second; the time of one step of a chunk is its inverse. */
  readonly controlHz: number;
  /** Greatest distance of an end effector from the origin of the base frame, in metres. */
  readonly reachM: number;
  /** Greatest speed of a joint, in radians per second. */
  readonly jointSpeed: number;
  readonly actionSpaces: readonly ActionSpace[];
  /** Other names under which data sets and clients know it. */
  readonly aliases: readonly string[];
  /** Nothing but a mobile base: it has no end effector, and `act` refuses it. */
  readonly mobile: boolean;
}

type Traits = Partial<Pick<Robot, "gripper" | "jointSpeed" | "actionSpaces" | "aliases">>;

const END_EFFECTOR_SPACES: readonly ActionSpace[] = ["ee_delta", "ee_abs", "ee_vel"];
const JOINT_SPACES: readonly ActionSpace[] = ["joint_delta", "joint_abs", "joint_vel"];
const JOINT_SPEED = 2;

/** An arm, or two of the same kind: name, maker, model, joints of each arm, actions per second, reach. */
function arms(
  count: 1 | 2,
  [name, vendor, model]: readonly [name: string, vendor: string, model: string],
  [joints, controlHz, reachM]: readonly [joints: number, controlHz: number, reachM: number],
  traits: Traits = {},
): Robot {
  return {
    name,
    vendor,
    model,
    arms: Array.from({ length: count }, () => ({ joints })),
    gripper: "parallel",
    controlHz,
    reachM,
    jointSpeed: JOINT_SPEED,
    actionSpaces: [...END_EFFECTOR_SPACES, ...JOINT_SPACES],
    aliases: [],
    mobile: false,
    ...traits,
  };
}

type Name = readonly [name: string, vendor: string, model: string];
type Size = readonly [joints: number, controlHz: number, reachM: number];
const one = (name: Name, size: Size, traits?: Traits): Robot => arms(1, name, size, traits);
const two = (name: Name, size: Size, traits?: Traits): Robot => arms(2, name, size, traits);

const base = (name: Name, controlHz: number, aliases: readonly string[] = []): Robot => ({
  ...arms(1, name, [0, controlHz, 0], { gripper: "none", actionSpaces: [], aliases }),
  arms: [],
  mobile: true,
});

/**
 * Every robot type that `act` knows. Names, arms and control rates follow Open X-Embodiment, LeRobot and
 * openpi, as docs/robots.md says; reach and joint speed are cautious round figures, not the makers' limits.
 */
export const ROBOTS: readonly Robot[] = [
  one(["franka", "Franka Robotics", "Panda"], [7, 15, 0.85], { aliases: ["franka_panda", "panda"] }),
  one(["franka_fr3", "Franka Robotics", "FR3"], [7, 20, 0.85], { aliases: ["fr3"] }),
  one(["google_robot", "Everyday Robots", "mobile manipulator"], [7, 3, 1.2], { aliases: ["rt1_robot"] }),
  one(["widowx", "Trossen Robotics", "WidowX 250 S"], [6, 5, 0.65], {
    jointSpeed: 3,
    aliases: ["widowx_250", "widowx_250s", "widowx250s"],
  }),
  one(["viperx", "Trossen Robotics", "ViperX 300 S"], [6, 50, 0.75], {
    jointSpeed: 3,
    aliases: ["viperx_300", "viperx_300s", "viperx300s"],
  }),
  two(["aloha", "Trossen Robotics", "ALOHA"], [6, 50, 1], { jointSpeed: 3, aliases: ["trossen"] }),
  two(["mobile_aloha", "Trossen Robotics", "Mobile ALOHA"], [6, 50, 1], {
    jointSpeed: 3,
    aliases: ["trossen_mobile"],
  }),
  one(["ur3e", "Universal Robots", "UR3e"], [6, 20, 0.5], { gripper: "add_on", jointSpeed: 3 }),
  one(["ur5", "Universal Robots", "UR5"], [6, 10, 0.85], { jointSpeed: 3 }),
  one(["ur5e", "Universal Robots", "UR5e"], [6, 20, 0.85], { jointSpeed: 3 }),
  two(["ur5e_bimanual", "Universal Robots", "two UR5e"], [6, 20, 1.2], {
    jointSpeed: 3,
    aliases: ["ur5e_dual"],
  }),
  one(["ur10e", "Universal Robots", "UR10e"], [6, 20, 1.3], { gripper: "add_on" }),
  one(["kuka_iiwa", "KUKA", "LBR iiwa"], [7, 10, 0.8], {
    gripper: "add_on",
    jointSpeed: 1.4,
    aliases: ["iiwa", "kuka"],
  }),
  one(["xarm6", "UFACTORY", "xArm 6"], [6, 10, 0.7], { jointSpeed: 3 }),
  one(["xarm7", "UFACTORY", "xArm 7"], [7, 10, 0.7], { jointSpeed: 3, aliases: ["xarm"] }),
  two(["xarm_bimanual", "UFACTORY", "two xArm 7"], [7, 10, 1], { jointSpeed: 3 }),
  one(["sawyer", "Rethink Robotics", "Sawyer"], [7, 10, 1.26], { jointSpeed: 1.3 }),
  two(["baxter", "Rethink Robotics", "Baxter"], [7, 10, 1.3]),
  one(["jaco_2", "Kinova", "Jaco 2"], [6, 10, 0.9], {
    gripper: "three_finger",
    jointSpeed: 0.6,
    aliases: ["jaco", "jaco2"],
  }),
  one(["kinova_gen3", "Kinova", "Gen3"], [7, 10, 0.9], { jointSpeed: 0.8 }),
  one(["hello_stretch", "Hello Robot", "Stretch"], [5, 10, 1.4], {
    // Its lift and its arm slide: numbers in radians would not mean anything for them.
    actionSpaces: END_EFFECTOR_SPACES,
    aliases: ["stretch"],
  }),
  two(["pr2", "Willow Garage", "PR2"], [7, 10, 1.5]),
  one(["tiago", "PAL Robotics", "TIAGo"], [7, 10, 1.5]),
  one(["fanuc_mate", "FANUC", "LR Mate 200iD"], [6, 10, 0.7], { gripper: "add_on" }),
  one(["cobotta", "DENSO", "Cobotta"], [6, 10, 0.34], { aliases: ["denso_cobotta"] }),
  one(["flexiv", "Flexiv", "Rizon 4"], [7, 10, 0.78], { gripper: "add_on", aliases: ["flexiv_rizon_4"] }),
  one(["dlr_sara", "DLR", "SARA"], [7, 10, 1.2], { gripper: "add_on" }),
  one(["dlr_edan", "DLR", "EDAN wheelchair arm"], [7, 5, 1.2], { gripper: "hand" }),
  one(["spot_arm", "Boston Dynamics", "Spot Arm"], [6, 10, 0.98], { aliases: ["spot"] }),
  one(["so100_follower", "LeRobot", "SO-100"], [5, 30, 0.4], { aliases: ["so100"] }),
  one(["so101_follower", "LeRobot", "SO-101"], [5, 30, 0.4], { aliases: ["so101"] }),
  two(["bi_so_follower", "LeRobot", "two SO arms"], [5, 30, 0.8], {
    aliases: ["bi_so100_follower", "bi_so101_follower"],
  }),
  one(["koch_follower", "LeRobot", "Koch v1.1"], [5, 30, 0.35], { aliases: ["koch"] }),
  one(["omx_follower", "ROBOTIS", "OMX"], [5, 30, 0.4], { aliases: ["omx"] }),
  one(["lekiwi", "LeRobot", "LeKiwi"], [5, 30, 0.5]),
  one(["openarm_follower", "Enactic", "OpenArm"], [7, 30, 0.63], { aliases: ["openarm"] }),
  two(["bi_openarm_follower", "Enactic", "two OpenArm"], [7, 30, 1], { aliases: ["bi_openarm"] }),
  one(["rebot_b601_follower", "Seeed Studio", "reBot B601"], [6, 30, 0.65], { aliases: ["rebot_b601"] }),
  two(["bi_rebot_b601_follower", "Seeed Studio", "two reBot B601"], [6, 30, 1], {
    aliases: ["bi_rebot_b601"],
  }),
  two(["reachy2", "Pollen Robotics", "Reachy 2"], [7, 30, 1.5], { aliases: ["reachy_2"] }),
  one(["hope_jr_arm", "The Robot Studio", "HopeJR arm"], [7, 30, 0.7], { gripper: "none" }),
  one(["hope_jr_hand", "The Robot Studio", "HopeJR hand"], [16, 30, 0.2], {
    // A hand has fingers, and no wrist to move through space.
    actionSpaces: JOINT_SPACES,
    gripper: "none",
  }),
  two(["unitree_g1", "Unitree", "G1"], [7, 30, 1.2], { gripper: "hand", aliases: ["g1"] }),
  one(["arx_x5", "ARX", "X5"], [6, 50, 0.62], { aliases: ["arx"] }),
  two(["arx_x5_bimanual", "ARX", "two X5"], [6, 50, 1], { aliases: ["arx_bimanual"] }),
  two(["fibocom_mobile", "Fibocom", "mobile base with two ARX X5"], [6, 50, 1], { aliases: ["arx_mobile"] }),
  one(["agilex_piper", "AgileX", "PiPER"], [6, 30, 0.62], { aliases: ["piper"] }),
  base(["jackal", "Clearpath", "Jackal"], 10),
  base(["turtlebot_2", "Open Robotics", "TurtleBot 2"], 10, ["turtlebot2", "turtlebot"]),
  base(["rc_car", "various", "RC car"], 10),
  base(["earthrover_mini_plus", "FrodoBots", "Earth Rover Mini+"], 10, ["earthrover"]),
];

const BY_NAME: ReadonlyMap<string, Robot> = new Map(
  ROBOTS.flatMap((robot) => [robot.name, ...robot.aliases].map((name) => [name, robot] as const)),
);

/** Lower case with `_` for spaces and hyphens: how the LeRobot ports of Open X-Embodiment write names. */
export const canonicalRobotName = (name: string): string => name.trim().toLowerCase().replace(/[\s-]/g, "_");

/** A robot, or the reason why the name leads to none. */
export type RobotLookup =
  | { readonly kind: "found"; readonly robot: Robot; readonly byAlias: boolean }
  | { readonly kind: "malformed" | "unknown" | "mixed" | "custom" | "not_listed" };

const NAME = /^[a-z0-9][a-z0-9_]{0,63}$/;
const CUSTOM_NAME = /^custom:[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * Finds a robot type by name or alias. `unknown` and `mixed` are words of data sets, not robots; a
 * `custom:<slug>` belongs to the organization that registered it and is not in this table.
 */
export function lookUpRobot(name: string): RobotLookup {
  if (CUSTOM_NAME.test(name)) return { kind: "custom" };
  const canonical = canonicalRobotName(name.slice(0, 128));
  if (!NAME.test(canonical) || name.length > 128) return { kind: "malformed" };
  if (canonical === "unknown" || canonical === "mixed") return { kind: canonical };
  const robot = BY_NAME.get(canonical);
  return robot ? { kind: "found", robot, byAlias: canonical !== robot.name } : { kind: "not_listed" };
}

/** The robot type of that name or alias, or null; `lookUpRobot` says why there is none. */
export function findRobot(name: string): Robot | null {
  const lookup = lookUpRobot(name);
  return lookup.kind === "found" ? lookup.robot : null;
}

/** What one number of an action moves. */
export type AxisKind = "position" | "rotation" | "joint" | "gripper";

const END_EFFECTOR_AXES: readonly AxisKind[] = [
  "position",
  "position",
  "position",
  "rotation",
  "rotation",
  "rotation",
  "gripper",
];

/** What each number of an action moves, or null where the robot does not take that action space. */
export function axesOf(robot: Robot, space: ActionSpace): readonly AxisKind[] | null {
  if (!robot.actionSpaces.includes(space)) return null;
  return robot.arms.flatMap((arm) => {
    if (space.startsWith("ee_")) return END_EFFECTOR_AXES;
    const joints = Array.from({ length: arm.joints }, (): AxisKind => "joint");
    return robot.gripper === "none" ? joints : [...joints, "gripper" as const];
  });
}

/** How many numbers one action has, or null where the robot does not take that action space. */
export const actionDimension = (robot: Robot, space: ActionSpace): number | null =>
  axesOf(robot, space)?.length ?? null;

/** Classes of embodiment: what statistics and readiness call a platform. */
export const PLATFORMS = ["arm", "bimanual", "hand", "mobile_base"] as const;
export type Platform = (typeof PLATFORMS)[number];

/** The class of a robot's embodiment: a base without an arm, two arms, fingers without a wrist, or one arm. */
export function platformOf(robot: Robot): Platform {
  if (robot.mobile) return "mobile_base";
  if (robot.arms.length > 1) return "bimanual";
  return robot.actionSpaces.some((space) => space.startsWith("ee_")) ? "arm" : "hand";
}
