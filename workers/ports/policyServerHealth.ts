import { done, failed } from "../../functions/contracts/outcome.ts";
import type { PolicyServer } from "../../functions/contracts/policyServers.ts";
import type { HealthPart } from "../../functions/observe/health.ts";

/** What each protocol has to ask a server without inferring; OpenVLA has nothing, so any answer will do. */
const PROBES: Readonly<
  Record<
    PolicyServer["protocol"],
    {
      readonly path: (server: PolicyServer) => string;
      readonly isReady: (status: number) => boolean;
    }
  >
> = {
  openpi: { path: () => "/healthz", isReady: (status) => status === 200 },
  openvla: { path: () => "/", isReady: (status) => status < 500 },
  open_inference: {
    path: ({ upstreamModel }) => `/v2/models/${encodeURIComponent(upstreamModel)}/ready`,
    isReady: (status) => status === 200,
  },
};

/**
 * The policy servers as parts of the deployment: `up` where every origin is reached, `degraded` where some are.
 * None is essential: a gate whose only lack is somebody else's server goes on serving all other policies.
 */
export const policyServerParts = (servers: readonly PolicyServer[]): HealthPart[] =>
  onServersElsewhere(servers).map((server) => ({
    name: `policy_${server.name}`,
    essential: false,
    probe: async (signal) => {
      const reached = await Promise.all(server.origins.map((origin) => reach(server, origin, signal)));
      if (!reached.includes(true)) return failed({ kind: "unavailable" });
      return done(reached.includes(false) ? "degraded" : "up");
    },
  }));

/** Those without an origin live on the runner, which is a part of its own. */
const onServersElsewhere = (servers: readonly PolicyServer[]): PolicyServer[] =>
  servers.filter(({ origins }) => origins.length > 0);

async function reach(server: PolicyServer, origin: string, signal: AbortSignal): Promise<boolean> {
  const { path, isReady } = PROBES[server.protocol];
  const { authorization } = server;
  try {
    const response = await fetch(`${origin}${path(server)}`, {
      headers: authorization === null ? {} : { authorization },
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    return isReady(response.status);
  } catch {
    return false;
  }
}
