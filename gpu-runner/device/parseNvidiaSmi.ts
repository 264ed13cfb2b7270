import { parseXml, XmlElement } from "@rgrove/parse-xml";
import type { Outcome } from "../protocol/outcome.ts";
import { type GpuProcess, type GpuReading, THROTTLE_REASONS } from "./gpuReading.ts";
import { readQuantity, type Unit } from "./readQuantity.ts";

const childrenOf = (element: XmlElement | null, name: string): XmlElement[] =>
  (element?.children ?? []).filter(
    (child): child is XmlElement => child instanceof XmlElement && child.name === name,
  );

const childOf = (element: XmlElement | null, ...names: readonly string[]): XmlElement | null =>
  names.flatMap((name) => childrenOf(element, name))[0] ?? null;

/** The first of these children that says a number in that unit: names differ between drivers. */
const quantityOf = (element: XmlElement | null, unit: Unit, ...names: readonly string[]): number | null => {
  for (const name of names) {
    const value = readQuantity(childOf(element, name)?.text ?? null, unit);
    if (value !== null) return value;
  }
  return null;
};

/**
 * Cards up to Ampere name the temperature of their slowdown. Later ones give a margin, T.Limit, that shrinks
 * as they warm up, and the margin at which they slow down.
 */
const slowdownOf = (temperature: XmlElement | null): number | null => {
  const named = quantityOf(temperature, "C", "gpu_temp_slow_threshold");
  if (named !== null) return named;
  const nowC = quantityOf(temperature, "C", "gpu_temp");
  const marginC = quantityOf(temperature, "C", "gpu_temp_tlimit");
  const slowMarginC = quantityOf(temperature, "C", "gpu_temp_slow_tlimit_threshold");
  return nowC === null || marginC === null || slowMarginC === null ? null : nowC + marginC - slowMarginC;
};

/** The volatile errors of all memories; their names grew finer with the drivers. Null where ECC is off. */
const eccOf = (gpu: XmlElement, kind: "correctable" | "uncorrectable"): number | null => {
  const counts = (childOf(childOf(gpu, "ecc_errors"), "volatile")?.children ?? [])
    .filter((child): child is XmlElement => child instanceof XmlElement)
    .filter(({ name }) => new RegExp(`^[sd]ram_${kind}(_parity|_secded)?$`).test(name))
    .flatMap(({ text }) => readQuantity(text, "") ?? []);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
};

const throttleReasonsOf = (gpu: XmlElement): GpuReading["throttleReasons"] => {
  const reasons = childOf(gpu, "clocks_event_reasons", "clocks_throttle_reasons");
  const isActive = (reason: string): boolean =>
    childOf(reasons, `clocks_event_reason_${reason}`, `clocks_throttle_reason_${reason}`)?.text === "Active";
  return THROTTLE_REASONS.filter(isActive);
};

const processesOf = (gpu: XmlElement): GpuProcess[] =>
  childrenOf(childOf(gpu, "processes"), "process_info").flatMap((process) => {
    const pid = quantityOf(process, "", "pid");
    const name = childOf(process, "process_name")?.text ?? "";
    return pid === null ? [] : [{ pid, name, memoryBytes: quantityOf(process, "MiB", "used_memory") }];
  });

const readGpu = (gpu: XmlElement, index: number): GpuReading => {
  const temperature = childOf(gpu, "temperature");
  const utilization = childOf(gpu, "utilization");
  const memory = childOf(gpu, "fb_memory_usage");
  const power = childOf(gpu, "gpu_power_readings", "power_readings");
  const clocks = childOf(gpu, "clocks");
  return {
    index,
    uuid: childOf(gpu, "uuid")?.text ?? "",
    name: childOf(gpu, "product_name")?.text ?? "",
    temperatureC: quantityOf(temperature, "C", "gpu_temp"),
    memoryTemperatureC: quantityOf(temperature, "C", "memory_temp"),
    slowdownC: slowdownOf(temperature),
    utilization: quantityOf(utilization, "%", "gpu_util"),
    memoryUtilization: quantityOf(utilization, "%", "memory_util"),
    memoryUsedBytes: quantityOf(memory, "MiB", "used"),
    memoryTotalBytes: quantityOf(memory, "MiB", "total"),
    powerWatts: quantityOf(power, "W", "instant_power_draw", "power_draw", "average_power_draw"),
    powerLimitWatts: quantityOf(power, "W", "current_power_limit", "enforced_power_limit", "power_limit"),
    smClockHertz: quantityOf(clocks, "MHz", "sm_clock"),
    memoryClockHertz: quantityOf(clocks, "MHz", "mem_clock"),
    throttleReasons: throttleReasonsOf(gpu),
    eccCorrected: eccOf(gpu, "correctable"),
    eccUncorrected: eccOf(gpu, "uncorrectable"),
    processes: processesOf(gpu),
  };
};

/**
 * Reads the page of `nvidia-smi -q -x`, of any driver from 450 on: one reading per card, in the driver's order.
 * A field that a driver or card lacks is null. Fails with a sentence where the page is not such a page.
 */
export const parseNvidiaSmi = (xml: string): Outcome<readonly GpuReading[], string> => {
  try {
    const { root } = parseXml(xml);
    if (root?.name !== "nvidia_smi_log") return { ok: false, failure: "nvidia-smi wrote another page" };
    return { ok: true, value: childrenOf(root, "gpu").map(readGpu) };
  } catch (error) {
    const [reason] = String(error).split("\n");
    return { ok: false, failure: `nvidia-smi wrote no whole XML: ${reason}` };
  }
};
