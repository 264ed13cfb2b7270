import { done } from "../functions/contracts/outcome.ts";
import { readCell } from "./cell.ts";
import type { Deployment } from "./deployment.ts";
import type { Provider } from "./provider/provider.ts";

/** A provider in memory, for tests: what it was told, and what it refuses. */
export interface TestProvider extends Provider {
  readonly secrets: Map<string, string>;
  readonly calls: string[];
}

/** A provider that has these secrets; `changes` replaces what it does. */
export function testProvider(
  secrets: Readonly<Record<string, string>> = {},
  changes: Partial<Provider> = {},
): TestProvider {
  const kept = new Map(Object.entries(secrets));
  const calls: string[] = [];
  const provider: Provider = {
    version: async () => done("4.116.0"),
    accounts: async () => done([]),
    bucketExists: async () => done(false),
    createBucket: async () => done(undefined),
    secretNames: async () => done([...kept.keys()]),
    async putSecrets(values) {
      calls.push(`put ${Object.keys(values).sort().join(" ")}`);
      for (const [name, value] of Object.entries(values)) kept.set(name, value);
      return done(undefined);
    },
    deployedTag: async () => done(null),
    deploy: async () => done(undefined),
    ...changes,
  };
  return { ...provider, secrets: kept, calls };
}

/** A deployment of the cell eu1 at nobody's address. */
export function testDeployment(changes: Partial<Deployment> = {}): Deployment {
  const cell = readCell("eu1");
  if (!cell.ok) throw new Error(cell.failure.why);
  return {
    cell: cell.value,
    config: { path: "/nowhere", name: "headgate-eu1", digest: "00000000" },
    inputs: {
      DATABASE_ADMIN_URL: "postgresql://owner:secret@127.0.0.1:1/headgate",
      UPSTASH_REDIS_REST_URL: "https://redis.example",
      UPSTASH_REDIS_REST_TOKEN: "token",
    },
    provider: testProvider(),
    url: "http://127.0.0.1:1",
    keyring: { path: "keys.json", read: () => ({}), add: () => undefined },
    made: new Map(),
    replace: [],
    allowDirty: true,
    isRehearsal: true,
    newPlatformKey: false,
    ...changes,
  };
}
