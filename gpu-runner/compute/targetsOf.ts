import type { Provider, Target } from "./messages.ts";

/**
 * What each worker runs on: going round the devices, with as many on each, so that none is without. Only CUDA has
 * several devices.
 */
export const targetsOf = (provider: Provider, deviceIds: readonly number[], workers: number): Target[] => {
  const devices = provider === "cuda" ? deviceIds : [0];
  const lanes = Math.ceil(workers / devices.length);
  return Array.from({ length: lanes }, () => devices.map((deviceId) => ({ provider, deviceId }))).flat();
};
