import { seededRandom } from "../numerics/random.ts";
import type { Episode } from "./keepEpisodes.ts";

const JOINTS = 3;

/** @testOnly Episodes of three joints that reach for a place and back; the state follows the action two frames later. */
export function reachingEpisodes(count: number, seed: number): Episode[] {
  const random = seededRandom(seed, "episodes");
  return Array.from({ length: count }, (_, index) => {
    const frames = 80 + random.whole(20);
    const goal = Array.from({ length: JOINTS }, () => random.normal());
    const slow = 8 + 4 * random.next();
    const actions = new Float64Array(frames * JOINTS);
    const noise = Array.from({ length: JOINTS }, () => 0);
    for (let frame = 0; frame < frames; frame++)
      for (let joint = 0; joint < JOINTS; joint++) {
        noise[joint] = 0.5 * (noise[joint] ?? 0) + 0.02 * random.normal();
        const way = Math.sin((Math.PI * frame) / frames) ** 2;
        actions[frame * JOINTS + joint] =
          (goal[joint] ?? 0) * way + (noise[joint] ?? 0) + 0.05 * Math.sin(frame / slow);
      }
    const states = actions.map((_, at) => actions[Math.max(at % JOINTS, at - 2 * JOINTS)] ?? 0);
    return { hash: index, frames, states, actions, rate: 30 };
  });
}

/** @testOnly The episode with each action the mean of those about it. */
export function smoothed(episode: Episode, reach: number): Episode {
  const mean = (path: Float64Array): Float64Array =>
    path.map((_, at) => {
      let [sum, count] = [0, 0];
      for (let frame = -reach; frame <= reach; frame++) {
        const value = path[at + frame * JOINTS];
        if (value === undefined) continue;
        sum += value;
        count++;
      }
      return sum / count;
    });
  return { ...episode, actions: mean(episode.actions), states: mean(episode.states) };
}
