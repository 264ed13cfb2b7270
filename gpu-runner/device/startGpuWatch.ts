import type { GpuWatch } from "./gpuWatch.ts";

/**
 * Looks at the cards now and then every `everyMs`, counted from the end of the look before, until the function that
 * it answers is called. A machine without a card is looked at once. The watch alone keeps no process alive, and
 * ends none: `onBug` is told what a look has thrown.
 */
export const startGpuWatch = (
  watch: Pick<GpuWatch, "look">,
  everyMs: number,
  onBug: (reason: string) => void,
): (() => void) => {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const look = async (): Promise<void> => {
    const state = await watch.look().catch((error: unknown) => onBug(String(error)));
    if (stopped || state?.kind === "absent") return;
    timer = setTimeout(() => void look(), everyMs);
    timer.unref();
  };
  void look();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
  };
};
