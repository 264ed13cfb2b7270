import { env, exit } from "node:process";

/**
 * The container's health check: asks the plain port on loopback whether the runner lives, and ends with 0 or 1. Liveness,
 * not readiness: a runner that loads models or sheds load for heat must not be restarted.
 */
const TIMEOUT_MS = 2500;

const port = Number(env.LOOPBACK_PORT ?? 8001);
const isLive = await fetch(`http://127.0.0.1:${port}/v2/health/live`, {
  signal: AbortSignal.timeout(TIMEOUT_MS),
}).then(
  ({ ok }) => ok,
  () => false,
);
exit(isLive ? 0 : 1);
