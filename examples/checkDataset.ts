// Makes 8,000 real rows and a candidate whose tails were cut, and asks whether it is safe to train on.
// Run: node examples/checkDataset.ts [--quick and other flags of `headgate check`]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HEADGATE = fileURLToPath(new URL("../cli/headgate.ts", import.meta.url));
const HEADER = "age,hours,gain,education,income\n";
const EDUCATION = ["school", "college", "master", "doctor"];

interface Person {
  readonly age: number;
  readonly hours: number;
  readonly gain: number;
  readonly education: number;
}

/** A stream of numbers from 0 to 1 that is the same in each run (Park and Miller 1988). */
let state = 7;
const random = (): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};
const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** Older people learned longer, worked more, and gained by both. */
function person(): Person {
  const age = 20 + 45 * random() ** 1.3;
  const education = Math.min(3, Math.floor(random() * 2 + age / 30));
  const hours = 40 + 8 * normal() + education;
  return { age, hours, education, gain: Math.exp(0.4 * normal() + 0.02 * age + 0.3 * education) };
}

const line = ({ age, hours, gain, education }: Person): string =>
  [
    age.toFixed(1),
    hours.toFixed(1),
    gain.toFixed(2),
    EDUCATION[education],
    gain * hours > 250 ? "high" : "low",
  ].join(",");

const folder = mkdtempSync(join(tmpdir(), "headgate-example-"));
try {
  const people = (count: number): Person[] => Array.from({ length: count }, person);
  const real = people(8000);
  const cut = people(8000).filter(({ age, gain }) => age < 60 && gain < 8);
  for (const [name, rows] of Object.entries({ real, cut: cut.slice(0, 4000) }))
    writeFileSync(join(folder, `${name}.csv`), `${HEADER}${rows.map(line).join("\n")}\n`);
  const words = ["check", "cut.csv", "--reference", "real.csv", ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, [HEADGATE, ...words], { cwd: folder, stdio: "inherit" });
  process.exitCode = status ?? 3;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
