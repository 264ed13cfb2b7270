import { type Arm, createArm, distanceMm } from "./camera.ts";
import type { ActTiming, Client } from "./client.ts";
import { renderPicture } from "./renderPicture.ts";
import { type Block, type BlockColor, blockOf, layTable, type Scene } from "./scene.ts";
import { StoryError } from "./storyError.ts";

/** The block must be reached in as many looks. */
export const MOST_STEPS = 40;
/** Reached means: the camera's axis meets the table within this distance of the block's center. */
export const REACHED_WITHIN_MM = 8;

/** One look and one move. */
export interface Step {
  readonly id: string;
  readonly recorded: boolean;
  /** Why it was not recorded. */
  readonly reason: string | undefined;
  readonly timing: ActTiming;
}

/** What happened in the simulation; the pictures are read back from what was stored. */
export interface Episode {
  readonly id: string;
  readonly color: BlockColor;
  readonly block: Block;
  readonly steps: readonly Step[];
  readonly startMm: number;
  readonly endMm: number;
}

export interface EpisodeInput {
  readonly client: Client;
  readonly color: BlockColor;
  readonly seed: number;
  readonly episodeId: string;
  readonly onStep: (step: number, distanceMm: number) => void;
}

/**
 * Looks, asks and moves until the policy closes the gripper, as no subject at all: a person-free stream.
 * Throws a `StoryError` when the block is not reached in `MOST_STEPS`, or the gripper closes beside it.
 */
export async function playEpisode(input: EpisodeInput): Promise<Episode> {
  const { client, color, seed, episodeId, onStep } = input;
  const scene = layTable(color, seed);
  const block = blockOf(scene, color);
  const arm = createArm({ x: 0, y: 0 }, seed);
  const startMm = distanceMm(arm.place, block.center);
  const steps: Step[] = [];
  let closed = false;
  while (!closed && steps.length < MOST_STEPS) {
    onStep(steps.length, distanceMm(arm.place, block.center));
    const request = await observe(scene, arm, color, seed + steps.length);
    const { answer, ...timing } = await client.act({
      ...request,
      episode_id: episodeId,
      step: steps.length,
    });
    if (answer.action_space !== "ee_delta" || answer.action.length !== 7) {
      throw new StoryError(`The model ${answer.model} answered no 7-DoF end effector step.`);
    }
    steps.push({ id: answer.id, recorded: answer.recorded, reason: answer.reason, timing });
    arm.move(answer.action);
    closed = answer.action[6] === 0;
  }
  const endMm = distanceMm(arm.place, block.center);
  if (!closed || endMm > REACHED_WITHIN_MM)
    throw new StoryError(notReached(color, steps.length, endMm, closed));
  return { id: episodeId, color, block, steps, startMm, endMm };
}

/** What a robot sends: the picture that its camera takes now, and its own state. */
export async function observe(scene: Scene, arm: Arm, color: BlockColor, seed: number) {
  const picture = await renderPicture(scene, arm.place, seed);
  return {
    robot_type: "franka",
    instruction: `move to the ${color} block`,
    image: `data:image/jpeg;base64,${picture.toString("base64")}`,
    state: [...arm.state],
    captured_at: new Date().toISOString(),
  };
}

function notReached(color: BlockColor, steps: number, endMm: number, closed: boolean): string {
  const where = `${endMm.toFixed(1)} mm from the ${color} block after ${steps} steps`;
  const wanted = `${REACHED_WITHIN_MM} mm in at most ${MOST_STEPS} were asked for`;
  return `The block was not reached: the arm ${closed ? "closed its gripper" : "still moves"} ${where}; ${wanted}.`;
}
