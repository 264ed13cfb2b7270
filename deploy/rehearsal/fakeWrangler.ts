import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { runProgram } from "../provider/runProgram.ts";
import { pinnedVersion, WRANGLER } from "../provider/wrangler.ts";
import { ROOT } from "../workerConfig.ts";
import { REHEARSAL_VARIABLE, type RehearsedState, readState } from "./state.ts";

// What stands in the place of wrangler in a rehearsal: it answers as wrangler 4 does, keeps what it is told in
// one file, and bundles with wrangler itself. Its words and its standard input are all that it ever gets.

const BUNDLE_TIMEOUT_MS = 120_000;
const secretsSchema = z.record(z.string(), z.string());

const folder = z.string().min(1).parse(process.env[REHEARSAL_VARIABLE]);
mkdirSync(folder, { recursive: true, mode: 0o700 });
const words = process.argv.slice(2);
const state = readState(folder);
const calls = [...state.calls, words.join(" ")];

const keep = (changes: Partial<RehearsedState>): void =>
  writeFileSync(join(folder, "state.json"), JSON.stringify({ ...state, calls, ...changes }), { mode: 0o600 });
const print = (json: unknown): void => console.log(JSON.stringify(json, null, 2));
const after = (name: string): string => words[words.indexOf(name) + 1] ?? "";

function fail(sentence: string): void {
  console.error(`✘ [ERROR] ${sentence}`);
  process.exitCode = 1;
}

async function readInput(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

/** The real thing up to the provider's door: the configuration is read, the Worker bundled, and not sent. */
async function bundle(): Promise<void> {
  const outdir = join(folder, "bundle");
  const end = await runProgram({
    command: WRANGLER,
    words: ["deploy", "--dry-run", "--outdir", outdir, "--config", after("--config")],
    cwd: ROOT,
    environment: process.env,
    timeoutMs: BUNDLE_TIMEOUT_MS,
  });
  if (end.code !== 0) return fail(end.stderr.trim() || end.stdout.trim());
  if (!existsSync(join(outdir, "edge.js"))) return fail("wrangler bundled nothing.");
  keep({ tag: after("--tag") });
}

async function putSecrets(): Promise<void> {
  const secrets = secretsSchema.parse(JSON.parse(await readInput()));
  keep({ secrets: { ...state.secrets, ...secrets }, tag: null });
  for (const name of Object.keys(secrets)) console.log(`✨ Successfully created secret for key: ${name}`);
}

async function act(): Promise<void> {
  const bucketKey = `${words[3]}@${words.includes("--jurisdiction") ? after("--jurisdiction") : "none"}`;
  switch (words.slice(0, 3).join(" ").replace(/ --.*/, "")) {
    case "--version":
      return console.log(pinnedVersion());
    case "whoami":
      return print({ loggedIn: true, accounts: [] });
    case "r2 bucket info":
      if (state.buckets.includes(bucketKey)) return print({ name: words[3] });
      return fail("The specified bucket does not exist. [code: 10006]");
    case "r2 bucket create":
      return keep({ buckets: [...state.buckets, bucketKey] });
    case "secret list":
      if (Object.keys(state.secrets).length === 0) return fail('Worker "headgate" not found.');
      return print(Object.keys(state.secrets).map((name) => ({ name, type: "secret_text" })));
    case "secret bulk":
      return putSecrets();
    case "deployments status":
      if (Object.keys(state.secrets).length === 0) return fail("This Worker does not exist. [code: 10007]");
      return print({ versions: [{ version_id: "1", percentage: 100 }] });
    case "versions view 1":
      return print({ id: "1", annotations: state.tag === null ? {} : { "workers/tag": state.tag } });
    case "deploy":
      return bundle();
    default:
      return fail(`Unknown words: ${words.join(" ")}`);
  }
}

keep({});
await act();
