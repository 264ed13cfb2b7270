import { spawn } from "node:child_process";

export interface ProgramRun {
  /** The program and its first words. */
  readonly command: readonly [string, ...string[]];
  readonly words: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What it reads from standard input; the only way by which it gets secrets. */
  readonly input?: string;
  readonly timeoutMs: number;
}

export interface ProgramEnd {
  /** Null where it had to be ended, or could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or to its deadline. */
export function runProgram({
  command,
  words,
  cwd,
  environment,
  input,
  timeoutMs,
}: ProgramRun): Promise<ProgramEnd> {
  const [program, ...first] = command;
  return new Promise((resolve) => {
    const child = spawn(program, [...first, ...words], { cwd, env: environment, timeout: timeoutMs });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
      });
    child.on("error", (error) => resolve({ code: null, stdout: "", stderr: error.message }));
    child.on("close", (code) => resolve({ code, ...said }));
    // One that ends without reading says so by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}
