import { type Finding, finding } from "../../contracts/gates.ts";
import { actionDimension, lookUpRobot, type Robot } from "../../contracts/robots.ts";
import type { ActInput } from "./actInput.ts";

const ENVIRONMENT = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;

/** Judges the robot type, the action space it is asked for, and the name of its environment. */
export function gateRobot(input: Pick<ActInput, "robotType" | "actionSpace" | "environment">): Finding[] {
  const findings = gateRobotType(input.robotType, input.actionSpace);
  if (input.environment !== null && !ENVIRONMENT.test(input.environment)) {
    findings.push(finding("robot_type.environment_malformed", "/environment"));
  }
  return findings;
}

function gateRobotType(robotType: string | null, actionSpace: ActInput["actionSpace"]): Finding[] {
  const pointer = "/robot_type";
  if (robotType === null || robotType.trim() === "") return [finding("robot_type.missing", pointer)];
  const lookup = lookUpRobot(robotType);
  switch (lookup.kind) {
    case "malformed":
      return [finding("robot_type.malformed", pointer)];
    case "unknown":
      return [finding("robot_type.unknown", pointer)];
    case "mixed":
      return [finding("robot_type.mixed", pointer)];
    case "custom":
      return [finding("robot_type.custom_unregistered", pointer)];
    case "not_listed":
      return [finding("robot_type.not_listed", pointer)];
    case "found":
      return gateListedRobot(lookup.robot, lookup.byAlias, actionSpace);
  }
}

function gateListedRobot(robot: Robot, byAlias: boolean, actionSpace: ActInput["actionSpace"]): Finding[] {
  const findings: Finding[] = [];
  if (byAlias) {
    findings.push(finding("robot_type.alias", "/robot_type", `This name is an alias of \`${robot.name}\`.`));
  }
  if (robot.mobile) findings.push(finding("robot_type.mobile_base", "/robot_type"));
  else if (actionSpace !== null && actionDimension(robot, actionSpace) === null) {
    const spaces = robot.actionSpaces.join(", ");
    const detail = `\`${robot.name}\` takes ${spaces}; not \`${actionSpace}\`.`;
    findings.push(finding("robot_type.action_space_unsupported", "/action_space", detail));
  }
  return findings;
}
