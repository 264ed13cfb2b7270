import type { Log } from "../observe/log.ts";
import { readTlsFiles, type TlsFiles, type TlsMaterial } from "./readTlsFiles.ts";

/** A look at the files, now and then; `stop` ends it. */
export interface TlsFollower {
  readonly look: () => Promise<void>;
  readonly stop: () => void;
}

/**
 * Reads the files of mutual TLS again and again and hands over what has changed, so that a renewed certificate or
 * authority holds without a restart. What does not fit is logged, once per change, and the old ones stay.
 */
export const followTlsFiles = (
  files: TlsFiles,
  current: TlsMaterial,
  intervalMs: number,
  onChanged: (material: TlsMaterial) => void,
  log: Log,
): TlsFollower => {
  let { digest } = current;
  let complaint: string | null = null;
  const look = async (): Promise<void> => {
    const read = await readTlsFiles(files, new Date());
    if (!read.ok) {
      if (read.failure !== complaint) log("error", "certificates not renewed", { reason: read.failure });
      complaint = read.failure;
      return;
    }
    complaint = null;
    if (read.value.digest === digest) return;
    digest = read.value.digest;
    onChanged(read.value);
    log("info", "certificates renewed", { valid_until: read.value.validUntil.toISOString() });
  };
  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
};
