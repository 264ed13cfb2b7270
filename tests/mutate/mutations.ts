import { CONSENT_MUTATIONS } from "./consent.ts";
import { FAILURE_MUTATIONS } from "./failures.ts";
import { GATE_MUTATIONS } from "./gates.ts";
import { LIMIT_MUTATIONS } from "./limits.ts";
import type { Mutation } from "./mutation.ts";
import { SCOPE_MUTATIONS } from "./scopes.ts";

/** All that `npm run mutate` switches off, one at a time; tests/house/mutations.test.ts keeps it whole. */
export const MUTATIONS: readonly Mutation[] = [
  ...GATE_MUTATIONS,
  ...SCOPE_MUTATIONS,
  ...LIMIT_MUTATIONS,
  ...CONSENT_MUTATIONS,
  ...FAILURE_MUTATIONS,
];
