import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});

/** One test as it went. */
export interface TestResult {
  /** Path of its file, absolute. */
  readonly file: string;
  readonly title: string;
  readonly status: string;
}

const RUN_TIMEOUT_MS = 300_000;
const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Runs vitest in a folder on some files, or on one test of them; tests that did not run are not answered. */
export async function runTests(
  folder: string,
  files: readonly string[],
  name?: string,
): Promise<TestResult[]> {
  // Where vitest.config.ts has its reporter write.
  const report = join(folder, ".test-report.json");
  rmSync(report, { force: true });
  const words = [
    join(folder, "node_modules/vitest/vitest.mjs"),
    "run",
    "--retry=0",
    ...(name === undefined ? [] : ["-t", escapePattern(name)]),
    ...files,
  ];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: "ignore", timeout: RUN_TIMEOUT_MS });
  const stop = () => child.kill();
  process.once("exit", stop);
  await new Promise((resolve) => child.once("close", resolve));
  process.off("exit", stop);
  if (!existsSync(report)) return [];
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
  return testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ title, status }) => ({ file, title, status })),
  );
}
