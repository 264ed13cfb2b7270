import type { Finding } from "../contracts/gates.ts";
import { newUuid } from "../contracts/identifiers.ts";
import type { Meter } from "../contracts/metrics.ts";
import type { Policy } from "../contracts/models.ts";
import { isPicture } from "../contracts/observations.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { Problem } from "../contracts/problems.ts";
import { findRobot, type Robot } from "../contracts/robots.ts";
import type { ActInput } from "../guard/gates/actInput.ts";
import { gateActInput } from "../guard/gates/gateActInput.ts";
import { type ChunkToCome, gateContinuation } from "../guard/gates/gateContinuation.ts";
import { gateStart } from "../guard/gates/gateState.ts";
import { problemOfFindings } from "../guard/gates/problemOfFindings.ts";
import type { ActCall, ActContext, ActPorts, ActTimings } from "./actContext.ts";
import { choosePolicy } from "./choosePolicy.ts";

/** Gates what was asked, chooses the policy, and gates what depends on that one. */
export function prepareAct(
  call: ActCall,
  timings: ActTimings,
  ports: ActPorts,
): Outcome<ActContext, Problem> {
  const { input, options, grant } = call;
  const { configuration, meter } = ports;

  const gateContext = { nowMs: ports.clock.now(), limits: configuration };
  const judged = judge(gateActInput(input, gateContext), meter);
  if (!judged.ok) return judged;

  const found = actableOf(input);
  if (found === null) return failed({ code: "invalid_request" });
  const policy = choosePolicy(
    options.model ?? grant.defaults.model ?? configuration.ACT_MODEL,
    found.robot,
    input.actionSpace,
    ports.policies.policies,
  );
  if (!policy.ok) return policy;
  const chunk = chunkToCome(policy.value, found.robot, options.maxAgeMs);
  const findings = [
    ...gateContinuation(input, chunk, gateContext),
    ...gateChosenSpace(input, policy.value, found.robot),
  ];
  const fitting = judge(findings, meter);
  if (!fitting.ok) return fitting;

  meter.count("headgate_consent_decisions_total", { tier: grant.consent.tier });
  measureJitter(call, found.robot, ports);
  const id = newUuid(ports.clock, ports.random);
  const warnings = [...judged.value, ...fitting.value];
  return done({ id, call, ...found, policy: policy.value, chunk, warnings, timings });
}

/** A caller who leaves the action space to the policy hears only now that its chunks need a place to start from. */
const gateChosenSpace = (
  { actionSpace, state }: ActInput,
  { action }: Policy,
  robot: Robot,
): readonly Finding[] =>
  actionSpace === null && action.units === "metric" ? gateStart(robot, action.actionSpace, state) : [];

/** The warnings among findings, or the problem of what is refused; all of them counted. */
function judge(findings: readonly Finding[], meter: Meter): Outcome<readonly Finding[], Problem> {
  const rejections = findings.filter((finding) => finding.severity === "reject");
  const warnings = findings.filter((finding) => finding.severity === "warn");
  for (const { gate, rule } of rejections) meter.count("headgate_gate_rejections_total", { gate, rule });
  for (const { rule } of warnings) meter.count("headgate_gate_warnings_total", { rule });
  return rejections.length > 0 ? failed(problemOfFindings(rejections)) : done(warnings);
}

const chunkToCome = ({ action }: Policy, { controlHz }: Robot, maxAgeMs: number | null): ChunkToCome => ({
  chunkSize: action.chunkSize,
  dimension: action.dimension,
  stepSeconds: 1 / controlHz,
  maxAgeMs,
});

function measureJitter({ input, grant, receivedAtMs }: ActCall, robot: Robot, ports: ActPorts): void {
  const { episodeId, step } = input;
  if (episodeId === null || step === null) return;
  const jitterSeconds = ports.stepTimes.jitterSeconds({
    organizationId: grant.organizationId,
    episodeId,
    step,
    atMs: receivedAtMs,
    stepSeconds: 1 / robot.controlHz,
  });
  if (jitterSeconds === null) return;
  ports.meter.observe("headgate_step_jitter_seconds", jitterSeconds, { robot_type: robot.name });
}

/** What the gates have let through, with the absences that they refuse ruled out for the compiler too. */
function actableOf(input: ActInput): Pick<ActContext, "robot" | "images" | "instruction"> | null {
  const robot = input.robotType === null ? null : findRobot(input.robotType);
  const images = input.images.filter(isPicture);
  if (robot === null || images.length === 0 || input.instruction === null) return null;
  return { robot, images, instruction: input.instruction };
}
