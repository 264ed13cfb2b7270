import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a stand-in card reports; the rest is as a card of that kind has it. */
export interface StandInGpu {
  readonly temperature: string;
  /** The lines about its limits: absolute ones, or the margins of newer cards. */
  readonly limits: string;
  readonly hotReason: "Active" | "Not Active";
}

/** Limits as cards up to Ampere write them. */
export const slowsDownAt = (slowdown: string): string =>
  `<gpu_temp_max_threshold>98 C</gpu_temp_max_threshold><gpu_temp_slow_threshold>${slowdown}</gpu_temp_slow_threshold>`;

const gpuXml = ({ hotReason, limits, temperature }: StandInGpu): string => `
  <gpu id="00000000:00:1E.0">
    <product_name>Stand-in 80GB</product_name>
    <uuid>GPU-11111111-2222-3333-4444-555555555555</uuid>
    <fan_speed>N/A</fan_speed>
    <clocks_event_reasons>
      <clocks_event_reason_gpu_idle>Not Active</clocks_event_reason_gpu_idle>
      <clocks_event_reason_sw_power_cap>Active</clocks_event_reason_sw_power_cap>
      <clocks_event_reason_hw_thermal_slowdown>${hotReason}</clocks_event_reason_hw_thermal_slowdown>
    </clocks_event_reasons>
    <fb_memory_usage><total>81559 MiB</total><used>1024 MiB</used><free>80535 MiB</free></fb_memory_usage>
    <bar1_memory_usage><total>131072 MiB</total><used>1 MiB</used></bar1_memory_usage>
    <utilization><gpu_util>97 %</gpu_util><memory_util>41 %</memory_util></utilization>
    <ecc_errors>
      <volatile>
        <sram_correctable>2</sram_correctable>
        <sram_uncorrectable_parity>0</sram_uncorrectable_parity>
        <sram_uncorrectable_secded>1</sram_uncorrectable_secded>
        <dram_correctable>3</dram_correctable>
        <dram_uncorrectable>0</dram_uncorrectable>
      </volatile>
      <aggregate><sram_correctable>900</sram_correctable></aggregate>
    </ecc_errors>
    <temperature>
      <gpu_temp>${temperature}</gpu_temp>
      ${limits}
      <memory_temp>[N/A]</memory_temp>
    </temperature>
    <gpu_power_readings>
      <power_draw>310.25 W</power_draw>
      <current_power_limit>4294967295 W</current_power_limit>
    </gpu_power_readings>
    <clocks><graphics_clock>1410 MHz</graphics_clock><sm_clock>1410 MHz</sm_clock><mem_clock>1593 MHz</mem_clock></clocks>
    <max_clocks><sm_clock>1980 MHz</sm_clock></max_clocks>
    <processes>
      <process_info><pid>4711</pid><type>C</type><process_name>trainer</process_name><used_memory>512 MiB</used_memory></process_info>
      <process_info><pid>4712</pid><type>C</type><process_name>[Not Found]</process_name><used_memory>N/A</used_memory></process_info>
    </processes>
  </gpu>`;

/** The page of `nvidia-smi -q -x` for these cards. */
export const smiXml = (...gpus: readonly StandInGpu[]): string =>
  `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <timestamp>Sun Nov 22 00:00:00 2026</timestamp>
  <driver_version>570.133.20</driver_version>
  <attached_gpus>${gpus.length}</attached_gpus>${gpus.map(gpuXml).join("")}
</nvidia_smi_log>
`;

/** A folder with an `nvidia-smi` that writes the file `page.xml` beside it; for the front of the PATH. */
export const makeStandIn = async (page: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-nvidia-smi-"));
  await writeFile(join(folder, "page.xml"), page);
  const program = join(folder, "nvidia-smi");
  await writeFile(
    program,
    '#!/bin/sh\n[ "$1 $2" = "-q -x" ] || exit 2\nexec cat "$(dirname "$0")/page.xml"\n',
  );
  await chmod(program, 0o755);
  return folder;
};
