import { describe, expect, it } from "vitest";
import { ACTION_SPACES } from "./actionSpaces.ts";
import { envelopeFor } from "./envelopes.ts";
import { actionDimension, findRobot, lookUpRobot, platformOf, ROBOTS } from "./robots.ts";

const robotNamed = (name: string) => {
  const robot = findRobot(name);
  if (robot === null) throw new Error(`no robot ${name}`);
  return robot;
};

describe("the table of robots", () => {
  it("knows at least forty types that can act, and the mobile bases that cannot", () => {
    expect(ROBOTS.filter((robot) => !robot.mobile).length).toBeGreaterThanOrEqual(40);
    expect(ROBOTS.filter((robot) => robot.mobile).map(({ name }) => name)).toContain("jackal");
  });

  it("leads every name and alias to one robot alone", () => {
    const names = ROBOTS.flatMap((robot) => [robot.name, ...robot.aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const robot of ROBOTS)
      for (const name of [robot.name, ...robot.aliases]) expect(findRobot(name)).toBe(robot);
  });

  it("reads names as the LeRobot ports write them", () => {
    expect(findRobot("Franka Panda")?.name).toBe("franka");
    expect(findRobot("google-robot")?.name).toBe("google_robot");
  });

  it.each([
    ["unknown", "unknown"],
    ["mixed", "mixed"],
    ["custom:my-arm", "custom"],
    ["r2d2", "not_listed"],
    ["__proto__", "malformed"],
    ["constructor", "not_listed"],
    ["a".repeat(5000), "malformed"],
    ["", "malformed"],
  ])("says why %s is no robot: %s", (name, kind) => {
    expect(lookUpRobot(name).kind).toBe(kind);
    expect(findRobot(name)).toBeNull();
  });

  it.each([
    ["franka", "ee_delta", 7],
    ["franka", "joint_delta", 8],
    ["widowx", "joint_abs", 7],
    ["aloha", "ee_delta", 14],
    ["aloha", "joint_abs", 14],
    ["pr2", "joint_vel", 16],
    ["hope_jr_hand", "joint_delta", 16],
    ["hope_jr_hand", "ee_delta", null],
    ["hello_stretch", "joint_abs", null],
    ["jackal", "ee_delta", null],
  ] as const)("gives %s in %s %s numbers", (name, space, dimension) => {
    expect(actionDimension(robotNamed(name), space)).toBe(dimension);
  });
});

describe("platforms", () => {
  it("are told from the arms of each robot", () => {
    const names = ["franka", "aloha", "unitree_g1", "hope_jr_hand", "jackal", "hello_stretch"];
    expect(names.map((name) => platformOf(robotNamed(name)))).toEqual([
      "arm",
      "bimanual",
      "bimanual",
      "hand",
      "mobile_base",
      "arm",
    ]);
  });
});

describe("envelopes", () => {
  it("exist, with finite bounds above zero, exactly where a robot takes an action space", () => {
    for (const robot of ROBOTS) {
      for (const space of ACTION_SPACES) {
        const envelope = envelopeFor(robot, space);
        expect(envelope !== null).toBe(robot.actionSpaces.includes(space));
        for (const { max, maxJump, maxTravel } of Object.values(envelope?.limits ?? {})) {
          for (const bound of [max, maxJump, maxTravel]) {
            expect(Number.isFinite(bound) && bound > 0).toBe(true);
          }
        }
      }
    }
  });

  it("are 0.10 m and 0.5 rad per step at 5 Hz, in proportion to the step elsewhere, and never a longer leap", () => {
    const position = (name: string) => envelopeFor(robotNamed(name), "ee_delta")?.limits.position?.max;
    expect(position("widowx")).toBeCloseTo(0.1);
    expect(envelopeFor(robotNamed("widowx"), "ee_delta")?.limits.rotation?.max).toBeCloseTo(0.5);
    expect(position("aloha")).toBeCloseTo(0.01);
    expect(
      envelopeFor({ ...robotNamed("widowx"), name: "slow", controlHz: 1 }, "ee_delta")?.limits.position?.max,
    ).toBeCloseTo(0.2);
  });
});
