import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type Label, labelSchema } from "./labelCase.ts";

const lineSchema = z.strictObject({ case: z.string(), label: labelSchema.nullable() });

/** Labels that are kept from run to run, one line per case. */
export interface LabelFile {
  /** Undefined where the case has none yet. */
  readonly get: (hash: string) => Label | null | undefined;
  readonly set: (hash: string, label: Label | null) => void;
}

/** Opens a file of labels, which need not be there yet. A line that was cut off by a kill is left out. */
export function openLabels(file: string): LabelFile {
  const labels = new Map<string, Label | null>();
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  for (const line of text.split("\n")) {
    if (!line.endsWith("}")) continue;
    const read = lineSchema.safeParse(JSON.parse(line));
    if (read.success) labels.set(read.data.case, read.data.label);
  }
  if (text !== "" && !text.endsWith("\n")) appendFileSync(file, "\n");
  return {
    get: (hash) => labels.get(hash),
    set: (hash, label) => {
      labels.set(hash, label);
      appendFileSync(file, `${JSON.stringify({ case: hash, label })}\n`);
    },
  };
}
