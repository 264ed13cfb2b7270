import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ROOT } from "./workerConfig.ts";

const TIMEOUT_MS = 20_000;

export interface WorkingTree {
  readonly commit: string;
  /** Whether every tracked file is as committed, and none is new. */
  readonly isClean: boolean;
}

const run = promisify(execFile);

/** What git says of this folder; outside of a repository there is no commit, and nothing is clean. */
export async function readWorkingTree(): Promise<WorkingTree> {
  // A checkout of another user counts, as in a container.
  const git = async (...words: string[]) => {
    const { stdout } = await run("git", ["-c", "safe.directory=*", ...words], {
      cwd: ROOT,
      timeout: TIMEOUT_MS,
    });
    return stdout.trim();
  };
  try {
    const [commit, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
    return { commit, isClean: changes === "" };
  } catch {
    return { commit: "unknown", isClean: false };
  }
}
