import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { type Arm, type MeasuredCase, measuredCaseSchema } from "./measuredCase.ts";

/** Measured cases that are kept from run to run, one line each. */
export interface MeasuredFile {
  readonly get: (hash: string, arm: Arm) => MeasuredCase | undefined;
  readonly add: (measured: MeasuredCase) => void;
}

/** Opens a file of measured cases, which need not be there yet. A line that was cut off by a kill is left out. */
export function openMeasured(file: string): MeasuredFile {
  const kept = new Map<string, MeasuredCase>();
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  for (const line of text.split("\n")) {
    if (!line.endsWith("}")) continue;
    const read = measuredCaseSchema.safeParse(JSON.parse(line));
    if (read.success) kept.set(`${read.data.case} ${read.data.arm}`, read.data);
  }
  if (text !== "" && !text.endsWith("\n")) appendFileSync(file, "\n");
  return {
    get: (hash, arm) => kept.get(`${hash} ${arm}`),
    add: (measured) => {
      kept.set(`${measured.case} ${measured.arm}`, measured);
      appendFileSync(file, `${JSON.stringify(measured)}\n`);
    },
  };
}
