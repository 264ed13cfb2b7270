import { BoundedMap } from "../../guard/leases/boundedMap.ts";

/** Episodes that an isolate remembers; those that were quiet for longest are forgotten first. */
const EPISODES_MAX = 4096;

/** One step of an episode on its arrival. */
export interface StepArrival {
  readonly organizationId: string;
  readonly episodeId: string;
  readonly step: number;
  readonly atMs: number;
  /** Time between two steps of this robot, in seconds. */
  readonly stepSeconds: number;
}

/** When the last step of each episode arrived here: one per isolate, or per socket. */
export interface StepTimes {
  /**
   * Notes a step, and answers how far it is from where the steps before it say that it should arrive: seconds,
   * early or late alike. Null for the first step that is seen of an episode, and for one that does not go on
   * from the last: no step is expected then.
   */
  jitterSeconds(arrival: StepArrival): number | null;
}

/** Makes a memory of episodes that have no steps yet. */
export function createStepTimes(): StepTimes {
  const last = new BoundedMap<Pick<StepArrival, "step" | "atMs">>(EPISODES_MAX);
  return {
    jitterSeconds({ organizationId, episodeId, step, atMs, stepSeconds }) {
      const name = `${organizationId} ${episodeId}`;
      const before = last.get(name);
      last.set(name, { step, atMs });
      if (before === undefined || step <= before.step) return null;
      return Math.abs((atMs - before.atMs) / 1000 - (step - before.step) * stepSeconds);
    },
  };
}
