import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { SECRET_SETTINGS } from "../functions/contracts/configuration.ts";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import { type Cell, readCell } from "./cell.ts";
import type { Deployment } from "./deployment.ts";
import { deploySteps } from "./deploySteps.ts";
import { readInputs } from "./inputs.ts";
import { openKeyring } from "./keyring.ts";
import { type Obstacle, stopped } from "./obstacle.ts";
import { WRANGLER, wranglerProvider } from "./provider/wrangler.ts";
import { runSteps } from "./runSteps.ts";
import { ROOT, writeWorkerConfig } from "./workerConfig.ts";

const USAGE =
  "npm run deploy -- --cell CELL [--dry-run] [--secrets FILE] [--replace SECRET] [--allow-dirty] [--new-platform-key]";

const OPTIONS = {
  cell: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  secrets: { type: "string" },
  replace: { type: "string", multiple: true },
  "allow-dirty": { type: "boolean", default: false },
  "new-platform-key": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const flagsSchema = z.object({
  cell: z.string(),
  "dry-run": z.boolean(),
  secrets: z.string().optional(),
  replace: z.array(z.enum(SECRET_SETTINGS)).default([]),
  "allow-dirty": z.boolean(),
  "new-platform-key": z.boolean(),
  help: z.boolean(),
});
type Flags = z.infer<typeof flagsSchema>;

const say = (line: string): void => console.log(line);

/** `npm run deploy`: brings a cell to Cloudflare, or rehearses it here. Answers the exit code. */
async function main(words: string[]): Promise<number> {
  const flags = readFlags(words);
  if (flags === null) {
    console.error(`This is understood: ${USAGE}`);
    return 2;
  }
  const cell = readCell(flags.cell);
  if (!cell.ok) return complain(cell.failure);
  if (flags["dry-run"]) {
    // What stands in for the providers is loaded by a rehearsal alone.
    const { rehearse } = await import("./rehearsal/rehearse.ts");
    return (await rehearse(cell.value, say)).ok ? 0 : 1;
  }
  const deployment = prepare(cell.value, flags);
  if (!deployment.ok) return complain(deployment.failure);
  return (await runSteps(`the cell ${cell.value.cell}`, deploySteps(deployment.value), say)).ok ? 0 : 1;
}

function readFlags(words: string[]): Flags | null {
  try {
    return flagsSchema.parse(parseArgs({ args: words, options: OPTIONS }).values);
  } catch {
    return null;
  }
}

function complain({ why, todo }: Obstacle): number {
  console.error(`${why}\n${todo}`);
  return 1;
}

function prepare(cell: Cell, flags: Flags): Outcome<Deployment, Obstacle> {
  const path = resolve(ROOT, flags.secrets ?? `.headgate/${cell.cell}.secrets.json`);
  const inputs = readInputs({ path, isNamed: flags.secrets !== undefined }, process.env);
  if (!inputs.ok) return inputs;
  const { DATABASE_ADMIN_URL: adminUrl } = inputs.value;
  if (adminUrl !== undefined && !URL.canParse(adminUrl))
    return stopped("DATABASE_ADMIN_URL is no URL.", "Copy it from the console as it is.");
  const config = writeWorkerConfig(cell);
  return done({
    cell,
    config,
    inputs: inputs.value,
    provider: wranglerProvider({
      command: WRANGLER,
      configPath: config.path,
      cell,
      environment: process.env,
    }),
    url: `https://${cell.hostname}`,
    keyring: openKeyring(resolve(ROOT, `.headgate/${cell.cell}.keys.json`)),
    made: new Map(),
    replace: flags.replace,
    allowDirty: flags["allow-dirty"],
    isRehearsal: false,
    newPlatformKey: flags["new-platform-key"],
  });
}

process.exitCode = await main(process.argv.slice(2));
