import { configDefaults, defineConfig } from "vitest/config";

const STACK_TIMEOUT_MS = 120_000;

/** An embedded Postgres of a test holds little, and is started often. */
const SETTINGS = { HEADGATE_PG_BUFFERS_MB: "64" };

/** Proofs that take minutes; `npm run soak` runs them. */
const SOAK = "tests/soak/**";

/** Whole-stack tests that ask for answers, not for answers in time: two of these may share the cores. */
const PATIENT = [
  "canary",
  "cli",
  "demo",
  "deploy",
  "feedback",
  "fuzz",
  "gate",
  "grpc",
  "isolation",
  "local/start",
  "local/stack",
  "openai",
  "policyServers",
].map((name) => `tests/${name}.test.ts`);

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: ".test-report.json" }]],
    projects: [
      {
        test: {
          name: "unit",
          env: SETTINGS,
          include: ["**/*.test.ts"],
          exclude: [...configDefaults.exclude, "tests/!(house)/**", "tests/*.test.ts", "**/.*/**"],
          // The files of a worker share their modules: else each of them loads the same libraries anew.
          isolate: false,
          setupFiles: ["tests/support/seedProperties.ts"],
          // Of two cores Vitest would leave one to itself.
          maxWorkers: 2,
          testTimeout: 20_000,
          // Databases are started and migrated in hooks, several at once.
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "patient stack",
          env: SETTINGS,
          include: PATIENT,
          maxWorkers: 2,
          retry: 1,
          testTimeout: STACK_TIMEOUT_MS,
          hookTimeout: STACK_TIMEOUT_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Whole stacks on two cores: one file at a time, after all others.
        test: {
          name: "stack",
          env: SETTINGS,
          include: ["tests/**/*.test.ts"],
          exclude: [...configDefaults.exclude, "tests/house/**", SOAK, ...PATIENT],
          fileParallelism: false,
          // Deadlines of 75 ms are real ones here, and a machine that others use may miss one: a promise that is
          // broken is broken twice.
          retry: 1,
          testTimeout: STACK_TIMEOUT_MS,
          hookTimeout: STACK_TIMEOUT_MS,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
