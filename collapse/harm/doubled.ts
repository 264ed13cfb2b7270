import type { HarmChannel } from "../contracts/harm.ts";

/** A measured proxy alone decides nothing so surely: its interval counts twice. */
export function doubled(channel: HarmChannel): HarmChannel {
  const { value, low, high } = channel;
  return { ...channel, low: value - 2 * (value - low), high: value + 2 * (high - value) };
}
