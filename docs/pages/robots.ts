import { ACTION_SPACES, type ActionSpace } from "../../functions/contracts/actionSpaces.ts";
import { envelopeFor } from "../../functions/contracts/envelopes.ts";
import { actionDimension, ROBOTS, type Robot } from "../../functions/contracts/robots.ts";
import { page, table } from "./table.ts";

const rounded = (number: number): string => String(Number(number.toPrecision(3)));

/** `2 × 6`, or `7` for a single arm. */
const armsOf = ({ arms }: Robot): string =>
  arms.length > 1 ? `${arms.length} × ${arms[0]?.joints ?? 0}` : String(arms[0]?.joints ?? "–");

const spacesOf = ({ actionSpaces }: Robot): string => {
  if (actionSpaces.length === ACTION_SPACES.length) return "all";
  return actionSpaces.length === 0 ? "none: refused on `act`" : actionSpaces.map(codeOf).join(", ");
};

const codeOf = (text: string): string => `\`${text}\``;

const numbersOf = (robot: Robot, space: ActionSpace): string => String(actionDimension(robot, space) ?? "–");

/** Per step, on one axis: the bound of a delta. */
function stepOf(robot: Robot, space: "ee_delta" | "joint_delta"): string {
  const limits = Object.values(envelopeFor(robot, space)?.limits ?? {});
  return limits.map(({ max, unit }) => `${rounded(max)} ${unit}`).join(", ") || "–";
}

/** docs/robots.md: every robot type, what an action of it has to look like, and how far one step may go. */
export function renderRobotsPage(): string {
  const acting = ROBOTS.filter(({ mobile }) => !mobile);
  return page(
    "Robot types",
    "functions/contracts/robots.ts",
    `\`robot_type\` on \`POST /v1/act\` is one of these ${acting.length} names, or an alias; capitals, spaces and hyphens are read as the LeRobot ports of Open X-Embodiment write them. An action moves the arms and their grippers: bases, torsos and heads stay where they are. \`unknown\`, \`mixed\`, \`custom:<slug>\` without a registration, and mobile bases are refused.`,
    table(
      ["robot_type", "robot", "joints per arm", "gripper", "Hz", "action spaces", "aliases"],
      ROBOTS.map((robot) => [
        codeOf(robot.name),
        `${robot.vendor} ${robot.model}`,
        armsOf(robot),
        robot.gripper.replace("_", " "),
        String(robot.controlHz),
        spacesOf(robot),
        robot.aliases.map(codeOf).join(", "),
      ]),
    ),
    "## Actions and envelopes",
    "How many numbers an action has, and how far one step may go on any one axis. `ee_*` are `Δx Δy Δz Δroll Δpitch Δyaw gripper` per arm, `joint_*` the joints and the gripper per arm, left arm first. What else is checked, and why these bounds: [the safety envelope](safety-envelope.md).",
    table(
      ["robot_type", "numbers ee_*", "numbers joint_*", "step ee_delta", "step joint_delta", "reach"],
      acting.map((robot) => [
        codeOf(robot.name),
        numbersOf(robot, "ee_delta"),
        numbersOf(robot, "joint_delta"),
        stepOf(robot, "ee_delta"),
        stepOf(robot, "joint_delta"),
        `${robot.reachM} m`,
      ]),
    ),
  );
}
