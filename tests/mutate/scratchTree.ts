import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listFiles, ROOT } from "../house/sourceFiles.ts";

const WORKSPACES = [".", "gpu-runner", "local", "cli"];

/** A copy of the working tree, packages linked, that may be broken. */
export interface ScratchTree {
  readonly folder: string;
  /** Puts another text in the place of one that occurs once; answers how to put it back. */
  replace(file: string, find: string, replacement: string): () => void;
  remove(): void;
}

/** Copies what git tracks or would track into a temporary folder. */
export function openScratchTree(): ScratchTree {
  const folder = mkdtempSync(join(tmpdir(), "headgate-mutate-"));
  for (const path of listFiles()) {
    const copy = join(folder, path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(ROOT, path), copy);
  }
  for (const workspace of WORKSPACES) {
    const packages = join(ROOT, workspace, "node_modules");
    if (existsSync(packages)) symlinkSync(packages, join(folder, workspace, "node_modules"));
  }
  return {
    folder,
    replace(file, find, replacement) {
      const path = join(folder, file);
      const text = readFileSync(path, "utf8");
      if (text.split(find).length !== 2) throw new Error(`${file} does not hold this once: ${find}`);
      writeFileSync(
        path,
        text.replace(find, () => replacement),
      );
      return () => writeFileSync(path, text);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
