import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Cell } from "../cell.ts";
import { withoutInputs } from "../inputs.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import { ROOT } from "../workerConfig.ts";
import type { Provider } from "./provider.ts";
import { type ProgramEnd, runProgram } from "./runProgram.ts";

const TIMEOUT_MS = 60_000;
const DEPLOY_TIMEOUT_MS = 180_000;
/** Of a program that failed, the last lines say why. */
const LINES_SHOWN = 6;

/** wrangler's package exports its library, not its program, which lies beside it. */
const PACKAGE = join(dirname(fileURLToPath(import.meta.resolve("wrangler"))), "..");

/** wrangler itself: the words that start it. */
export const WRANGLER: readonly [string, ...string[]] = [
  process.execPath,
  join(PACKAGE, "bin", "wrangler.js"),
];

/** The version that this repository pins. */
export function pinnedVersion(): string {
  const schema = z.looseObject({ dependencies: z.looseObject({ wrangler: z.string() }) });
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return schema.parse(JSON.parse(text)).dependencies.wrangler;
}

const whoamiSchema = z.looseObject({ accounts: z.array(z.looseObject({ id: z.string() })).default([]) });
const secretsSchema = z.array(z.looseObject({ name: z.string() }));
const deploymentSchema = z.looseObject({
  versions: z.array(z.looseObject({ version_id: z.string(), percentage: z.number() })),
});
const versionSchema = z.looseObject({ annotations: z.record(z.string(), z.unknown()).default({}) });

// Narrow on purpose: whatever else goes wrong must never pass for a Worker without secrets.
const MISSING_BUCKET = /\[code: 10006\]/;
const MISSING_WORKER = /Worker "[^"]+" not found\.|The Worker \S+ has no deployments\.|\[code: 10007\]/;

export interface WranglerOptions {
  /** wrangler, or what stands in its place. */
  readonly command: readonly [string, ...string[]];
  readonly configPath: string;
  readonly cell: Cell;
  readonly environment: NodeJS.ProcessEnv;
}

/** Cloudflare through wrangler as a child process; secrets reach it by standard input and no other way. */
export function wranglerProvider({ command, configPath, cell, environment }: WranglerOptions): Provider {
  const run = (words: readonly string[], input?: string, timeoutMs = TIMEOUT_MS) =>
    runProgram({
      command,
      words,
      cwd: ROOT,
      environment: {
        ...withoutInputs(environment),
        CI: "1",
        NO_COLOR: "1",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
        // Where it logs; its own credentials, if somebody logged in, lie elsewhere and are still found.
        WRANGLER_LOG_PATH: join(ROOT, ".build", "wrangler-logs"),
      },
      timeoutMs,
      ...(input === undefined ? {} : { input }),
    });
  const config = ["--config", configPath];
  const jurisdiction = cell.jurisdiction === "none" ? [] : ["--jurisdiction", cell.jurisdiction];

  const ask = async <Body>(
    words: readonly string[],
    schema: z.ZodType<Body>,
    absent: { readonly when: RegExp; readonly answer: Body } | null = null,
  ): Promise<Outcome<Body, Obstacle>> => {
    const end = await run(words);
    if (end.code !== 0)
      return absent?.when.test(end.stderr + end.stdout) ? done(absent.answer) : broke(words, end);
    const parsed = schema.safeParse(parseJson(end.stdout));
    return parsed.success
      ? done(parsed.data)
      : stopped(
          `\`wrangler ${words.join(" ")}\` answered what we do not understand.`,
          "Use the pinned version.",
        );
  };
  const tell = async (words: readonly string[], input?: string, timeoutMs?: number) => {
    const end = await run(words, input, timeoutMs);
    return end.code === 0 ? done(undefined) : broke(words, end);
  };

  return {
    async version() {
      const end = await run(["--version"]);
      return end.code === 0 ? done(end.stdout.trim().split(/\s+/).at(-1) ?? "") : broke(["--version"], end);
    },
    async accounts() {
      const answer = await ask(["whoami", "--json"], whoamiSchema);
      return answer.ok ? done(answer.value.accounts.map(({ id }) => id)) : answer;
    },
    async bucketExists() {
      const words = ["r2", "bucket", "info", cell.bucket, "--json", ...jurisdiction, ...config];
      const there: Outcome<unknown, Obstacle> = await ask(words, z.unknown(), {
        when: MISSING_BUCKET,
        answer: null,
      });
      return there.ok ? done(there.value !== null) : there;
    },
    createBucket: () => tell(["r2", "bucket", "create", cell.bucket, ...jurisdiction, ...config]),
    async secretNames() {
      const words = ["secret", "list", "--format", "json", ...config];
      const answer = await ask(words, secretsSchema, { when: MISSING_WORKER, answer: [] });
      return answer.ok ? done(answer.value.map(({ name }) => name)) : answer;
    },
    putSecrets: (secrets) => tell(["secret", "bulk", ...config], JSON.stringify(secrets)),
    async deployedTag() {
      const words = ["deployments", "status", "--json", ...config];
      const deployment = await ask(words, deploymentSchema, {
        when: MISSING_WORKER,
        answer: { versions: [] },
      });
      if (!deployment.ok) return deployment;
      const [version] = deployment.value.versions.toSorted((a, b) => b.percentage - a.percentage);
      if (version === undefined) return done(null);
      const shown = await ask(["versions", "view", version.version_id, "--json", ...config], versionSchema);
      if (!shown.ok) return shown;
      const tag = shown.value.annotations["workers/tag"];
      return done(typeof tag === "string" ? tag : null);
    },
    deploy: (tag) => tell(["deploy", "--tag", tag, ...config], undefined, DEPLOY_TIMEOUT_MS),
  };
}

const broke = (words: readonly string[], { code, stdout, stderr }: ProgramEnd) => {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const how = code === null ? "did not end in time" : `ended with ${code}`;
  return stopped(
    `\`wrangler ${words.join(" ")}\` ${how}: ${lines.slice(-LINES_SHOWN).join(" | ")}`,
    "See what wrangler says; credentials are CLOUDFLARE_API_TOKEN, or `npx wrangler login`.",
  );
};

/** JSON behind whatever else was printed before it. */
function parseJson(text: string): unknown {
  const start = text.search(/[[{]/);
  try {
    return JSON.parse(text.slice(Math.max(start, 0)));
  } catch {
    return null;
  }
}
