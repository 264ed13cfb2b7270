import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for what is converted, gone when it is removed, and when the process ends before. */
export interface TempFolder {
  readonly path: string;
  remove(): void;
}

const open = new Set<string>();

/** Opens a folder that only this user may read. */
export function openTempFolder(): TempFolder {
  if (open.size === 0) process.once("exit", removeAll);
  const path = mkdtempSync(join(tmpdir(), "headgate-"));
  open.add(path);
  return { path, remove: () => removeFolder(path) };
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  open.delete(path);
  if (open.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const path of [...open]) removeFolder(path);
}
