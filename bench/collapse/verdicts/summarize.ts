import { PURPOSES, type Purpose } from "../../../collapse/contracts/harm.ts";
import type { Label } from "../labels/labelCase.ts";
import type { Arm, Judgment } from "./judgeCase.ts";
import { type Outcome, type Rate, rateOf } from "./rates.ts";

/** A case with its label and everybody's verdict. */
export interface JudgedCase {
  readonly dataset: string;
  readonly family: string;
  readonly variant: string;
  readonly isBenign: boolean;
  readonly size: number;
  readonly seed: number;
  /** Null where the candidate has too few rows for label models. */
  readonly label: Label | null;
  readonly judgments: readonly Judgment[];
}

/** What one judge got right and wrong, of one purpose and one arm. */
export interface Summary {
  readonly judge: string;
  readonly purpose: Purpose;
  readonly arm: Arm;
  /** Labels that stand for neither and are left out. */
  readonly grey: number;
  readonly notResolvable: number;
  /** Among cases labeled collapsed: called healthy. */
  readonly falseNegatives: Rate;
  /** Among cases labeled healthy: called collapsed. */
  readonly falsePositives: Rate;
  /** The same among real rows and benign shifts, whatever their label: they are healthy by making. */
  readonly benignFlagged: Rate;
  /** Among labeled cases: called either; also by the rows of a side. */
  readonly decided: Rate;
  readonly decidedAt: readonly { readonly size: number; readonly rate: Rate }[];
  /** Among decided ones: called as labeled. */
  readonly right: Rate;
  /** Among labeled cases: not called as labeled, undecided ones counted as wrong. */
  readonly strictlyWrong: Rate;
}

/** One summary for each judge, purpose and arm, in the order of the judgments. */
export function summarize(cases: readonly JudgedCase[]): Summary[] {
  const [first] = cases;
  return PURPOSES.flatMap((purpose) =>
    (first?.judgments ?? []).map(({ judge, arm }) => summaryOf(cases, { judge, purpose, arm })),
  );
}

const isDecided = ({ verdict }: Outcome): boolean => verdict !== "undecided";

function summaryOf(
  cases: readonly JudgedCase[],
  { judge, purpose, arm }: Pick<Summary, "judge" | "purpose" | "arm">,
): Summary {
  const outcomes: Outcome[] = [];
  const benign: Outcome[] = [];
  const left = { grey: 0, not_resolvable: 0 };
  for (const { dataset, family, size, isBenign, label, judgments } of cases) {
    const verdict = judgments.find((judgment) => judgment.judge === judge && judgment.arm === arm)?.verdicts[
      purpose
    ];
    if (verdict === undefined) continue;
    if (isBenign) benign.push({ dataset, family, size, label: "healthy", verdict });
    const said = label?.[purpose].label ?? "not_resolvable";
    if (said === "grey" || said === "not_resolvable") left[said]++;
    else outcomes.push({ dataset, family, size, label: said, verdict });
  }
  const collapsed = outcomes.filter(({ label }) => label === "collapsed");
  const healthy = outcomes.filter(({ label }) => label === "healthy");
  const decided = outcomes.filter(isDecided);
  return {
    judge,
    purpose,
    arm,
    grey: left.grey,
    notResolvable: left.not_resolvable,
    falseNegatives: rateOf(collapsed, ({ verdict }) => verdict === "healthy"),
    falsePositives: rateOf(healthy, ({ verdict }) => verdict === "collapsed"),
    benignFlagged: rateOf(benign, ({ verdict }) => verdict === "collapsed"),
    decided: rateOf(outcomes, isDecided),
    decidedAt: [...Map.groupBy(outcomes, ({ size }) => size)]
      .sort(([left], [right]) => left - right)
      .map(([size, ofSize]) => ({ size, rate: rateOf(ofSize, isDecided) })),
    right: rateOf(decided, ({ label, verdict }) => label === verdict),
    strictlyWrong: rateOf(outcomes, ({ label, verdict }) => label !== verdict),
  };
}
