import type { Policy } from "../../contracts/models.ts";
import type { Robot } from "../../contracts/robots.ts";
import type { Connection } from "./connection.ts";
import type { Episode } from "./episode.ts";
import type { WireValue } from "./msgpack.ts";
import { writeChunk } from "./ndarray.ts";

/** Version of what lies under `headgate` in the handshake and the answers. */
const PROTOCOL_VERSION = 1;

/**
 * The map that a client gets when it has connected: what its numbers mean, and where its session stands. A
 * session that goes on tells the chunk answered last, for a robot that lost it with its socket.
 */
export function handshake(
  { session }: Pick<Connection, "session">,
  { robot, policy }: { readonly robot: Robot; readonly policy: Policy },
  episode: Episode,
): WireValue {
  const { action } = policy;
  const { episodeId, nextStep, lastChunk } = episode.state;
  return {
    robot_type: robot.name,
    model: policy.name,
    model_version: policy.version,
    action_space: action.actionSpace,
    action_dim: action.dimension,
    action_horizon: action.chunkSize,
    control_hz: robot.controlHz,
    gripper_convention: action.gripperConvention,
    units: action.units,
    frame: action.frame,
    norm_key: action.normKey,
    headgate: {
      protocol: PROTOCOL_VERSION,
      session,
      episode_id: episodeId,
      step: nextStep,
      resumed: episode.resumed,
      last_chunk: episode.resumed && lastChunk !== null ? writeChunk(lastChunk) : null,
    },
  };
}
