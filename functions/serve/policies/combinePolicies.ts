import { failed } from "../../contracts/outcome.ts";
import type { PolicyServers } from "../../contracts/ports.ts";

/** Several sources of policies as one: each call goes to the one that has the policy of that name. */
export function combinePolicies(sources: readonly PolicyServers[]): PolicyServers {
  const owners = new Map(sources.flatMap((source) => source.policies.map(({ name }) => [name, source])));
  return {
    policies: sources.flatMap(({ policies }) => policies),
    async infer(policy, ...rest) {
      const owner = owners.get(policy.name);
      if (owner !== undefined) return await owner.infer(policy, ...rest);
      return failed({ kind: "unknown_model", detail: "no server has this policy" });
    },
  };
}
