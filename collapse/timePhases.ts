import type { ProgressListener } from "./contracts/progress.ts";
import type { Report } from "./contracts/report.ts";

type Timing = NonNullable<Report["timing"]>;

/** Clocks the phases of a check as they are told, for whoever asked for them: else no clock is read. */
export function timePhases(
  onProgress: ProgressListener,
  nowMs: () => number,
): { readonly onProgress: ProgressListener; end(): Timing } {
  const startedMs = nowMs();
  const phases: { phase: string; seconds: number }[] = [];
  let fromMs = startedMs;
  const lap = (): void => {
    const now = nowMs();
    const current = phases.at(-1);
    if (current) current.seconds += (now - fromMs) / 1_000;
    fromMs = now;
  };
  return {
    onProgress: (progress) => {
      lap();
      if (phases.at(-1)?.phase !== progress.phase) phases.push({ phase: progress.phase, seconds: 0 });
      onProgress(progress);
    },
    end: () => {
      lap();
      return { seconds: (fromMs - startedMs) / 1_000, phases };
    },
  };
}
