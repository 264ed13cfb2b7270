import type { Configuration } from "../../contracts/configuration.ts";
import { observationAgeMs } from "../../guard/gates/gateContinuation.ts";
import type { ActContext } from "../actContext.ts";

/**
 * The moment from which on the answer is of no use, in milliseconds since 1970: the caller's deadline, the greatest
 * age of its observation, and, where the robot goes on with its last chunk meanwhile, the end of the one to come.
 */
export function actDeadlineMs({ call, chunk }: ActContext, configuration: Configuration): number {
  const { input, options, receivedAtMs } = call;
  const allowedMs = Math.min(
    options.deadlineMs ?? configuration.ACT_DEADLINE_MS,
    configuration.ACT_DEADLINE_MAX_MS,
  );
  const goesOn = (input.previousChunk?.length ?? 0) > 0;
  const ageMs = observationAgeMs(input.capturedAt, receivedAtMs);
  return (
    receivedAtMs +
    Math.min(
      allowedMs,
      goesOn ? chunk.chunkSize * chunk.stepSeconds * 1000 : allowedMs,
      options.maxAgeMs === null || ageMs === null ? allowedMs : options.maxAgeMs - ageMs,
    )
  );
}
