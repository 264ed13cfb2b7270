import type { Purpose } from "../../../collapse/contracts/harm.ts";
import { benchCases, caseHash } from "../cases.ts";
import { LABEL_VERSION, type PurposeLabel } from "../labels/labelCase.ts";
import type { LabelFile } from "../labels/labelFile.ts";
import { ARMS, type Arm, MEASURED_VERSION, type MeasuredCase } from "../measured/measuredCase.ts";
import type { MeasuredFile } from "../measured/measuredFile.ts";

/** A case of the benchmark against one reference, labeled and measured. */
export interface JoinedCase {
  readonly dataset: string;
  readonly family: string;
  readonly variant: string;
  readonly isBenign: boolean;
  readonly size: number;
  readonly seed: number;
  readonly arm: Arm;
  readonly labels: Readonly<Record<Purpose, Pick<PurposeLabel, "label" | "h">>>;
  readonly measured: MeasuredCase;
}

/** The cases that have both, in the benchmark's order; those that are too small for a label are not resolvable. */
export function joinCases(labels: LabelFile, measured: MeasuredFile): JoinedCase[] {
  const unknown = { label: "not_resolvable", h: null } as const;
  return benchCases().flatMap((benchCase) => {
    const label = labels.get(caseHash(benchCase, LABEL_VERSION));
    if (label === undefined) return [];
    const { dataset, size, seed, variant } = benchCase;
    const { family, name, isBenign } = variant;
    return ARMS.flatMap((arm) => {
      const own = measured.get(caseHash(benchCase, MEASURED_VERSION), arm);
      if (own === undefined) return [];
      const purposes = {
        predictive: label?.predictive ?? unknown,
        generative: label?.generative ?? unknown,
      };
      return [{ dataset, family, variant: name, isBenign, size, seed, arm, labels: purposes, measured: own }];
    });
  });
}
