import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { ROOT } from "../house/sourceFiles.ts";
import type { Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { runTests, type TestResult } from "./runTests.ts";
import { openScratchTree, type ScratchTree } from "./scratchTree.ts";

const LANES = 2;
const RESULTS = fileURLToPath(new URL("RESULTS.md", import.meta.url));

interface Verdict {
  readonly mutation: Mutation;
  readonly outcome: "killed" | "survived" | "not green before" | "broken";
  readonly seconds: number;
}

const isNamed = ({ test }: Mutation, title: string): boolean => title.includes(test.name);

/** A busy machine may fail to set a test up; that shows nothing, and is tried again. */
const ATTEMPTS = 3;

/** The mutations whose named test is not green in the tree as it is: nothing is shown by those. */
async function notGreen(tree: ScratchTree, mutations: readonly Mutation[]): Promise<ReadonlySet<Mutation>> {
  let left = mutations;
  for (let attempt = 0; attempt < ATTEMPTS && left.length > 0; attempt += 1) {
    const results = await runTests(tree.folder, [...new Set(left.map(({ test }) => test.file))]);
    left = left.filter((mutation) => {
      const named = results.filter(
        ({ file, title }) => file.endsWith(mutation.test.file) && isNamed(mutation, title),
      );
      return named.length === 0 || named.some(({ status }) => status !== "passed");
    });
  }
  return new Set(left);
}

/** Applies one mutation to the tree, runs its test, and takes the mutation back. */
async function judge(tree: ScratchTree, mutation: Mutation): Promise<Verdict> {
  const startedMs = performance.now();
  const restore = tree.replace(mutation.file, mutation.find, mutation.replace);
  let named: readonly TestResult[] = [];
  try {
    for (let attempt = 0; attempt < ATTEMPTS && named.length === 0; attempt += 1) {
      const results = await runTests(tree.folder, [mutation.test.file], mutation.test.name);
      named = results.filter(({ title }) => isNamed(mutation, title));
    }
  } finally {
    restore();
  }
  const red = named.some(({ status }) => status === "failed");
  const outcome = named.length === 0 ? "broken" : red ? "killed" : "survived";
  return { mutation, outcome, seconds: (performance.now() - startedMs) / 1000 };
}

function resultsPage(verdicts: readonly Verdict[], seconds: number): string {
  const [cpu] = cpus();
  const commit = execFileSync("git", ["-c", "safe.directory=*", "rev-parse", "--short", "HEAD"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const killed = verdicts.filter(({ outcome }) => outcome === "killed").length;
  const rows = verdicts.map(
    ({ mutation, outcome, seconds: took }) =>
      `| ${mutation.kind} | ${mutation.id} | ${outcome} | \`${mutation.test.file}\` | ${took.toFixed(1)} |`,
  );
  return `# Mutations: what is switched off, and which test notices

\`npm run mutate\`, ${new Date().toISOString().slice(0, 10)}, on the tree of ${commit.trim()}, Node ${process.versions.node}, ${cpus().length} × ${cpu?.model ?? "unknown CPU"}: ${killed} of ${verdicts.length} killed in ${Math.round(seconds)} s.

Each is applied alone to a copy of the tree; the test that the list names must be green before and red then.

| kind | switched off | outcome | test | seconds |
| --- | --- | --- | --- | --: |
${rows.join("\n")}
`;
}

/**
 * `npm run mutate [-- PATTERN]`: switches off what the list names, one at a time, in copies of the tree, and
 * demands that the named test turns red. Writes RESULTS.md when all were run; ends with 1 when one survives.
 */
const pattern = process.argv[2];
const chosen = MUTATIONS.filter(({ id }) => pattern === undefined || new RegExp(pattern).test(id));
const startedMs = performance.now();
const trees = Array.from({ length: LANES }, openScratchTree);
process.once("exit", () => {
  for (const tree of trees) tree.remove();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const [first] = trees;
const unusable = first === undefined ? new Set<Mutation>() : await notGreen(first, chosen);
console.log(
  `${chosen.length} mutations; their tests ran in ${Math.round((performance.now() - startedMs) / 1000)} s.`,
);
const verdicts = new Map<Mutation, Verdict>();
const waiting = chosen.values();
await Promise.all(
  trees.map(async (tree) => {
    for (const mutation of waiting) {
      const verdict: Verdict = unusable.has(mutation)
        ? { mutation, outcome: "not green before", seconds: 0 }
        : await judge(tree, mutation);
      verdicts.set(mutation, verdict);
      console.log(
        `${verdict.outcome.padEnd(8)} ${mutation.kind} ${mutation.id} (${verdict.seconds.toFixed(1)} s)`,
      );
    }
  }),
);
const inOrder = chosen.flatMap((mutation) => verdicts.get(mutation) ?? []);
const bad = inOrder.filter(({ outcome }) => outcome !== "killed");
const seconds = (performance.now() - startedMs) / 1000;
if (pattern === undefined) writeFileSync(RESULTS, resultsPage(inOrder, seconds));
console.log(`${inOrder.length - bad.length} of ${inOrder.length} killed in ${Math.round(seconds)} s.`);
for (const { mutation, outcome } of bad)
  console.log(`${outcome}: ${mutation.id} — ${mutation.file}; ${mutation.test.file}: ${mutation.test.name}`);
process.exit(bad.length === 0 ? 0 : 1);
