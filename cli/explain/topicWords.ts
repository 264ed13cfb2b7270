import type { Verdict } from "../../collapse/contracts/report.ts";

/** What a verdict means, how it comes about, and what to do then. */
export const VERDICT_EXPLANATIONS: Readonly<Record<Verdict, readonly string[]>> = {
  healthy: [
    "healthy (exit code 0): every channel of harm that can be decided by stays below its margin with its whole interval; or nothing tells the set from real rows and no channel's median passes its margin.",
    "Train. It says that the harm is below the stated margins for the purposes asked for, not that nothing differs.",
  ],
  collapsed: [
    "collapsed (exit code 1): the set differs from the reference (p < 0.01), and the whole interval of a channel of harm lies beyond its margin. Neither alone is enough: a difference that costs a model nothing is no collapse.",
    "Do not train on it as it is. Look at the channel beyond its margin, then at the dimensions, then at the recommendations.",
  ],
  indeterminate: [
    "indeterminate (exit code 2): an interval lies across its margin, or a harmful channel is too noisy to decide by, or there was no reference.",
    "The sentence beside the verdict says what would decide it: mostly more rows, of the candidate or of the reference.",
  ],
  insufficient_data: [
    "insufficient_data (exit code 2): fewer than 200 rows a side, groups in fewer than 8 of 64 buckets, or a null so wide that no channel can be decided by.",
    "Give more rows. Too few rows never hide a collapse that is large enough to be seen.",
  ],
};

/** How the verdict comes about. */
export const VERDICT_STEPS: readonly string[] = [
  "Two questions are asked, and answered apart: does the set differ from real rows more than these do among themselves, and does a model that trains on it become worse on real rows by more than a margin?",
  "Each purpose (predictive, generative) has its own verdict; the headline is the worst of those asked for: collapsed, then indeterminate, then insufficient_data, then healthy.",
  "Dimensions and their scores explain; they do not vote.",
];

/** A channel of harm, by its key. */
export const CHANNEL_WORDS: Readonly<Record<string, string>> = {
  mean: "The error on real rows of a model trained on the candidate, over that of one trained on as many real rows, on average over targets. Margin 1.10. Beyond it: the set teaches wrong relations. Look at the targets it names and at correlation_preservation.",
  worst_target:
    "The same ratio for the target that suffers most. Margin 1.30; its null is that of a maximum. Look at how that column depends on the others.",
  tail: "The same ratio on the outermost tenth of real rows, which rare cases are in. Margin 1.30. Beyond it: rare cases are gone; look at tail_low and tail_high of the columns, and at coverage.",
  network:
    "The mean ratio again, of small neural networks. They are trained only where the other predictive channels decide nothing, and never with --quick. Margin 1.10.",
  linear:
    "The mean ratio again, of linear models, computed from co-moments where the reference is a profile without rows. It is blind to much, so it is given only where it lies beyond its margin. Margin 1.10.",
  tree_nats:
    "Extra nats per column and real row that a tree of densities (Chow and Liu 1968) spends when it learned the candidate instead of as many real rows. Margin 0.05. Beyond it: a generator trained on the set would miss parts of the real data.",
  discriminator_nats:
    "What a discriminator between candidate and real rows can tell, in nats per column and row (Donsker and Varadhan 1975). Margin 0.05. Beyond it: candidate rows are not as real ones are; look at the dimensions for what differs.",
};

/** The other parts of a report, by their names. */
export const PART_WORDS: Readonly<Record<string, string>> = {
  score:
    "100 · 2^−h, where h is the worst decidable channel's harm in margins: 100 without harm, 50 at the margin, 25 at twice the margin. Null where there is too little data. It restates harm; it is no further test.",
  confidence:
    "The chance that the verdict is right, calibrated on a benchmark of known cases; null where nobody has measured it.",
  evidence:
    "T is the largest distance of any metric from its null's median, in half-widths of that null. p is the share of draws of real rows against real rows with as large a T: 0.01 and less counts as a difference. 19 of 20 draws of real rows stay below null_95.",
  harm: "What a model loses on real rows by training on the candidate instead of as many real rows, measured by models that are quick to train. A channel counts only where real rows against real rows vary little enough (eligible); else rows_needed says how many rows a side would do.",
  copies:
    "Training rows that equal a row of the test, or lie nearer to one than 99 % of real rows do. They are set aside before anything is trained: reciting the test is no skill. Many of them in the candidate: its generator repeats its training rows.",
  rows: "Rows of the candidate that a finding rests on, at a stated false-discovery rate (Benjamini and Hochberg 1995); or regions, where rows cannot be told apart; or why neither can be.",
  recommendations:
    "What would help, each tried on the data at hand before it is offered, with its effect on rows that had no part in choosing it. `headgate fix --apply` applies them.",
};
