import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** SHA-256 of a file's content in hexadecimal; null where there is no such file. */
export async function digestFile(path: string): Promise<string | null> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch {
    return null;
  }
}
