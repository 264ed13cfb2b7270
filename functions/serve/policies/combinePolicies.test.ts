import { expect, it } from "vitest";
import { failed } from "../../contracts/outcome.ts";
import { policyOf } from "../../contracts/policyServers.ts";
import type { PolicyServers } from "../../contracts/ports.ts";
import { combinePolicies } from "./combinePolicies.ts";
import { observation, serverOf, TRACE } from "./testPolicyWorld.ts";

it("goes to the source that has the policy, among several", async () => {
  const source = (name: string): PolicyServers => ({
    policies: [{ ...policyOf(serverOf()), name }],
    infer: async () => failed({ kind: "no_capacity", detail: name }),
  });
  const both = combinePolicies([source("a"), source("b")]);
  const answers = both.policies.map((policy) => both.infer(policy, observation(), 0, TRACE));
  expect(await Promise.all(answers)).toMatchObject([
    { failure: { detail: "a" } },
    { failure: { detail: "b" } },
  ]);
  const stranger = { ...policyOf(serverOf()), name: "c" };
  expect(await both.infer(stranger, observation(), 0, TRACE)).toMatchObject({
    failure: { kind: "unknown_model" },
  });
});
