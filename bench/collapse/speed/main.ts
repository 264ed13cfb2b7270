import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { profile } from "../../../collapse/index.ts";
import { plainTable } from "../../report/tables.ts";
import { makeTables } from "./makeTables.ts";
import { type Job, type Measured, measuredSchema } from "./measured.ts";

// `node bench/collapse/speed/main.ts [--rows N] [--profile FOLDER]`: what a check takes, beside one full DuckDB scan of
// the candidate, all in one run. --profile writes a CPU profile of the whole check.

const { values } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, profile: { type: "string" } },
});

const ROOT = join(import.meta.dirname, "../../..");
const SMALL_ROWS = 10_000;
const MOST_SAMPLED_ROWS = 50_000;
const numberSchema = z.coerce.number().int().positive();

function measureInProcess(job: Job, profileFolder?: string): Measured {
  const flags = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
  const output = execFileSync(
    process.execPath,
    [...flags, join(import.meta.dirname, "measureOnce.ts"), JSON.stringify(job)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return measuredSchema.parse(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
}

/** Wall seconds of the command line, from its start to its exit; the exit code is the verdict's. */
function measureCommand(candidate: string, reference: string): number {
  const start = performance.now();
  try {
    const words = ["check", candidate, "--reference", reference];
    execFileSync(process.execPath, [join(ROOT, "cli/headgate.ts"), ...words], { stdio: "ignore" });
  } catch (error) {
    const code = z.object({ status: z.number() }).safeParse(error);
    if (!code.success || code.data.status > 2) throw error;
  }
  return (performance.now() - start) / 1_000;
}

/** A profile of the reference, with as many of its rows as one may hold. */
async function writeProfile(reference: string): Promise<string> {
  const made = await profile({ reference: [reference], sampledRows: MOST_SAMPLED_ROWS });
  if (!made.ok) throw new Error(made.failure.detail);
  writeFileSync(`${reference}.profile`, made.value.bytes);
  return `${reference}.profile`;
}

/** Seconds until the phase begins that follows the null. */
function secondsUntilHarm({ phases, wallSeconds }: Measured): number {
  const end = phases.findIndex(({ phase }) => phase === "Training on both");
  return end < 0 ? wallSeconds : phases.slice(0, end).reduce((sum, { seconds }) => sum + seconds, 0);
}

const seconds = (value: number): string => value.toFixed(2);

const folder = mkdtempSync(join(tmpdir(), "headgate-speed-"));
try {
  const large = await makeTables(folder, numberSchema.parse(values.rows));
  const small = await makeTables(folder, SMALL_ROWS);
  const ask = (kind: Job["kind"], quick: boolean, profileFolder?: string, tables = large): Measured =>
    measureInProcess({ kind, quick, ...tables }, profileFolder);
  const scan = ask("scan", false);
  const whole = ask("check", false, values.profile);
  const quick = ask("check", true);
  const reference = await writeProfile(large.reference);
  const profiled = ask("check", false, undefined, { ...large, reference });
  const command = measureCommand(small.candidate, small.reference);
  const line = (what: string, found: number, aim: string, { cpuSeconds, peakMegabytes }: Measured) => [
    what,
    seconds(found),
    aim,
    seconds(found / scan.wallSeconds),
    seconds(cpuSeconds),
    peakMegabytes.toFixed(0),
  ];
  console.log(
    plainTable([
      [`${numberSchema.parse(values.rows)} x 20`, "wall s", "aim s", "scans", "cpu s", "peak MiB"],
      line("DuckDB scan", scan.wallSeconds, "", scan),
      line("statistics with null", secondsUntilHarm(whole), "4", whole),
      line("whole check", whole.wallSeconds, "12", whole),
      line("--quick", quick.wallSeconds, "5", quick),
      line("statistics, saved profile", secondsUntilHarm(profiled), "2", profiled),
      line("whole check, saved profile", profiled.wallSeconds, "6", profiled),
      ["10,000 rows, with process start", seconds(command), "3", "", "", ""],
    ]),
  );
  console.log(
    `\n${plainTable([
      ["phase", "check s", "quick s", "profile s"],
      ...whole.phases.map(({ phase, seconds: found }) => [
        phase,
        seconds(found),
        ...[quick, profiled].map(({ phases }) =>
          seconds(phases.find((one) => one.phase === phase)?.seconds ?? 0),
        ),
      ]),
    ])}\n\nverdicts: ${whole.verdict}, quick ${quick.verdict}, with a profile ${profiled.verdict}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
