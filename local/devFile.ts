import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { samplePng } from "./samplePng.ts";
import { type DemoKeys, seedKeys, seedOrganization } from "./seed.ts";
import { writePrivately } from "./supervise/secrets.ts";

const CHECK_TIMEOUT_MS = 5000;

const devFileSchema = z.object({
  url: z.string(),
  key: z.string(),
  admin_key: z.string(),
  runner_url: z.string(),
});

const demoFileSchema = z.object({ organization_id: z.uuid() });

export interface DevFileInput {
  readonly dataDir: string;
  readonly url: string;
  readonly runnerUrl: string;
  /** The Worker's settings: whoever makes keys must digest them as it does. */
  readonly bindings: Readonly<Record<string, string>>;
}

/**
 * Writes `dev.json` with the address and the keys of the demo organization. Keys are shown once by design,
 * so this file is the only place that has them; while they still open, a later start keeps them.
 */
export async function ensureDevFile(input: DevFileInput): Promise<DemoKeys & { seeded: boolean }> {
  const path = join(input.dataDir, "dev.json");
  const kept = readFile(path, devFileSchema);
  const holds =
    kept !== null && (await opens(input.url, kept.key)) && (await opens(input.url, kept.admin_key));
  const keys = holds ? { key: kept.key, adminKey: kept.admin_key } : await makeKeys(input);
  writePrivately(path, {
    url: input.url,
    key: keys.key,
    admin_key: keys.adminKey,
    runner_url: input.runnerUrl,
  });
  return { ...keys, seeded: !holds };
}

/** New keys belong to the organization of the earlier ones, as long as anybody remembers it. */
async function makeKeys({ dataDir, bindings }: DevFileInput): Promise<DemoKeys> {
  const path = join(dataDir, "demo.json");
  const known = readFile(path, demoFileSchema);
  const organizationId = known?.organization_id ?? (await seedOrganization(bindings));
  writePrivately(path, { organization_id: organizationId });
  return seedKeys(organizationId, bindings);
}

function readFile<Content>(path: string, schema: z.ZodType<Content>): Content | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

/** Only a clear no makes new keys: a part that is slow to answer says nothing about the key. */
async function opens(url: string, key: string): Promise<boolean> {
  const request = fetch(`${url}/v1/models`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
  });
  const response = await request.catch(() => null);
  await response?.body?.cancel();
  return response?.status !== 401;
}

/** What `npm start` prints when all is up. */
export function stackSummary(stack: {
  url: string;
  key: string;
  adminKey: string;
  runnerUrl: string;
}): string {
  const body = {
    robot_type: "franka",
    instruction: "move to the red block",
    image: `data:image/png;base64,${samplePng().toString("base64")}`,
  };
  return `
url         ${stack.url}
key         ${stack.key}
admin_key   ${stack.adminKey}
runner_url  ${stack.runnerUrl}

curl ${stack.url}/v1/act \\
  -H 'authorization: Bearer ${stack.key}' \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify(body)}'
`;
}
