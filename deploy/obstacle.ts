import { failed } from "../functions/contracts/outcome.ts";

/** Why a step cannot go on, and what somebody has to do about it. */
export interface Obstacle {
  readonly why: string;
  readonly todo: string;
}

export const stopped = (why: string, todo: string) => failed<Obstacle>({ why, todo });
