import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { z } from "zod";

const packageSchema = z.object({ version: z.string() });
const GIBIBYTE = 2 ** 30;

const git = (...words: string[]): string => execFileSync("git", words, { encoding: "utf8" }).trim();

function commitOf(): string {
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " with changes");
  } catch {
    return "unknown";
  }
}

/** On what a run was measured, as names and values. */
export function describeMachine(command: string): [name: string, value: string][] {
  const processors = cpus();
  const requireHere = createRequire(import.meta.url);
  const workerd = packageSchema.parse(requireHere("workerd/package.json")).version;
  return [
    ["date", new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    ["commit", commitOf()],
    ["command", `\`${command}\``],
    ["processor", `${processors.length} cores, ${processors[0]?.model.trim() ?? "unknown"}`],
    ["memory", `${(totalmem() / GIBIBYTE).toFixed(1)} GiB`],
    ["system", `${platform()} ${arch()} ${release()}`],
    ["Node, workerd", `${process.version}, ${workerd}`],
    ["load before the run", loadavg()[0]?.toFixed(2) ?? "unknown"],
  ];
}
