import { execFile } from "node:child_process";
import type { GpuReading } from "./gpuReading.ts";
import { parseNvidiaSmi } from "./parseNvidiaSmi.ts";

/** What one look at the cards gave: readings; that there is no card; or why nothing can be said. */
export type GpuLook =
  | { readonly kind: "read"; readonly gpus: readonly GpuReading[] }
  | { readonly kind: "absent"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/** A card whose driver hangs must not pile up processes: the next look comes after this one. */
const LOOK_TIMEOUT_MS = 4000;
const LARGEST_PAGE_BYTES = 16 * 2 ** 20;
/** Exit codes of nvidia-smi for "no devices were found" and "the driver is not loaded". */
const NO_DEVICE_CODES: readonly unknown[] = [6, 9];

const firstLine = (text: string): string => (text.trim().split("\n")[0] ?? "").slice(0, 200);

/** Looks at all cards by `nvidia-smi -q -x`, as it is found on the PATH. Never throws; answers within four seconds. */
export const readGpus = (program = "nvidia-smi", timeoutMs = LOOK_TIMEOUT_MS): Promise<GpuLook> =>
  new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: LARGEST_PAGE_BYTES,
    } as const;
    execFile(program, ["-q", "-x"], options, (error, stdout) => {
      if (error === null) {
        const parsed = parseNvidiaSmi(stdout);
        if (!parsed.ok) resolve({ kind: "failed", reason: parsed.failure });
        else if (parsed.value.length === 0) resolve({ kind: "absent", reason: "nvidia-smi lists no card" });
        else resolve({ kind: "read", gpus: parsed.value });
      } else if (error.code === "ENOENT")
        resolve({ kind: "absent", reason: "there is no nvidia-smi on the PATH" });
      else if (NO_DEVICE_CODES.includes(error.code))
        resolve({ kind: "absent", reason: firstLine(stdout) || "nvidia-smi found no card" });
      else if (error.killed === true)
        resolve({ kind: "failed", reason: `nvidia-smi did not answer within ${timeoutMs} ms` });
      else resolve({ kind: "failed", reason: firstLine(stdout) || firstLine(error.message) });
    });
  });
