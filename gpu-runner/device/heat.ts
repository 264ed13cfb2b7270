import type { GpuReading } from "./gpuReading.ts";

/** How warm a card is, against its own limits. */
export type Heat = "normal" | "warm" | "critical";

/** Temperatures from which a card is warm, and from which it is critical. */
export interface HeatLimits {
  readonly warnC: number;
  readonly criticalC: number;
}

/** Work is shed this far below the card's own slowdown; a warning comes as far below the shedding. */
const MARGIN_C = 5;
/** A card must cool down this far below a limit before it counts as under it again. */
const HYSTERESIS_C = 5;

/** The limits of a card: those that were set, or lower ones where the card would slow itself down before. */
export const limitsOf = (set: HeatLimits, slowdownC: number | null): HeatLimits => {
  const criticalC = slowdownC === null ? set.criticalC : Math.min(set.criticalC, slowdownC - MARGIN_C);
  return { criticalC, warnC: Math.min(set.warnC, criticalC - MARGIN_C) };
};

/** Whether the card is over its critical limit at this very moment, or has begun to slow itself down for its heat. */
export const isOverheated = (
  { temperatureC, throttleReasons }: Pick<GpuReading, "temperatureC" | "throttleReasons">,
  { criticalC }: HeatLimits,
): boolean =>
  throttleReasons.includes("hw_thermal_slowdown") || (temperatureC !== null && temperatureC >= criticalC);

/** The heat after a reading. It rises at a limit and falls 5 °C below it; a reading without temperature changes nothing. */
export const nextHeat = (
  before: Heat,
  reading: Pick<GpuReading, "temperatureC" | "throttleReasons">,
  limits: HeatLimits,
): Heat => {
  const { temperatureC } = reading;
  if (isOverheated(reading, limits)) return "critical";
  if (temperatureC === null) return before;
  if (before === "critical" && temperatureC > limits.criticalC - HYSTERESIS_C) return "critical";
  if (temperatureC >= limits.warnC) return "warm";
  return before !== "normal" && temperatureC > limits.warnC - HYSTERESIS_C ? "warm" : "normal";
};
