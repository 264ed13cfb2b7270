import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { samplePng } from "./samplePng.ts";
import { type DemoKeys, seedKeys, seedOrganization, seedPlatformKey } from "./seed.ts";
import { writePrivately } from "./supervise/secrets.ts";

const CHECK_TIMEOUT_MS = 5000;

const devFileSchema = z.object({
  url: z.string(),
  key: z.string(),
  admin_key: z.string(),
  /** Absent in files of older versions. */
  platform_key: z.string().optional(),
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

/** The keys of `dev.json`, and whether any of them is new. */
export interface DevKeys extends DemoKeys {
  readonly platformKey: string;
  readonly seeded: boolean;
}

/**
 * Writes `dev.json` with the address, the keys of the demo organization and the platform's. Keys are shown once
 * by design, so this file is the only place that has them; while they still open, a later start keeps them.
 */
export async function ensureDevFile(input: DevFileInput): Promise<DevKeys> {
  const { url, bindings, runnerUrl } = input;
  const path = join(input.dataDir, "dev.json");
  const kept = readFile(path, devFileSchema);
  const holds = kept !== null && (await opens(url, kept.key)) && (await opens(url, kept.admin_key));
  const demo = holds ? { key: kept.key, adminKey: kept.admin_key } : await makeKeys(input);
  const known = kept?.platform_key;
  const platformHolds = known !== undefined && (await opens(url, known));
  const platformKey = platformHolds ? known : await seedPlatformKey(bindings);
  writePrivately(path, {
    url,
    key: demo.key,
    admin_key: demo.adminKey,
    platform_key: platformKey,
    runner_url: runnerUrl,
  });
  return { ...demo, platformKey, seeded: !holds || !platformHolds };
}

/** New keys belong to the organization of the earlier ones, as long as anybody remembers it. */
async function makeKeys({ dataDir, bindings }: DevFileInput): Promise<DemoKeys> {
  const path = join(dataDir, "demo.json");
  const known = readFile(path, demoFileSchema);
  const organization =
    known === null ? await seedOrganization(bindings) : { id: known.organization_id, adminKey: null };
  writePrivately(path, { organization_id: organization.id });
  return seedKeys(organization, bindings);
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
