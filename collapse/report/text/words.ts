import type { Dimension } from "../../contracts/metrics.ts";
import type { Report, Verdict } from "../../contracts/report.ts";

type Status = Report["dimensions"][Dimension]["status"];

/** What a verdict means for whoever is about to train; the sign tells them apart without color. */
export const VERDICT_WORDS = {
  healthy: {
    sign: "✓",
    title: "Healthy",
    means: "Training on this data stays within the stated margins of harm.",
  },
  collapsed: { sign: "✕", title: "Collapsed", means: "Do not train on this data as it is." },
  indeterminate: { sign: "?", title: "Indeterminate", means: "The data at hand cannot decide it." },
  insufficient_data: {
    sign: "–",
    title: "Insufficient data",
    means: "There are too few rows to decide it.",
  },
} as const satisfies Record<Verdict, { sign: string; title: string; means: string }>;

/** Each dimension in words, and the question that it asks. */
export const DIMENSION_WORDS = {
  distribution_fidelity: {
    title: "Distribution fidelity",
    asks: "Does each column have the shape that it has in the real rows, tails included?",
  },
  correlation_preservation: {
    title: "Correlation preservation",
    asks: "Do columns still depend on each other as they do in the real rows?",
  },
  entropy_stability: {
    title: "Entropy stability",
    asks: "Is as much variety left: values, rare levels, distinct rows?",
  },
  gradient_health: {
    title: "Gradient health",
    asks: "Would these rows pull a model that fits the real ones away from them?",
  },
  loss_landscape: {
    title: "Loss landscape",
    asks: "Is the model that these rows lead to a good one for the real rows?",
  },
  spectral_coherence: {
    title: "Spectral coherence",
    asks: "Do the rows spread over as many directions as the real ones?",
  },
  generalization_gap: {
    title: "Generalization gap",
    asks: "Can a model tell these rows from real ones, and do they cover the same ground?",
  },
  statistical_consistency: {
    title: "Statistical consistency",
    asks: "Do classical tests, limits, missing values and rounding agree with the real rows?",
  },
} as const satisfies Record<Dimension, { title: string; asks: string }>;

export const STATUS_WORDS = {
  ok: { sign: "✓", title: "as the reference", short: "ok" },
  warn: { sign: "!", title: "worth a look", short: "warn" },
  bad: { sign: "✕", title: "far from the reference", short: "bad" },
  not_computable: { sign: "–", title: "not computable", short: "n/a" },
} as const satisfies Record<Status, { sign: string; title: string; short: string }>;

export const PURPOSE_WORDS = {
  predictive: {
    title: "Predictive",
    asks: "a model that predicts, trained on the candidate, judged on real rows",
  },
  generative: {
    title: "Generative",
    asks: "a model that generates rows, judged by how it explains real ones",
  },
} as const;

const CHANNEL_WORDS: Readonly<Record<string, string>> = {
  mean: "mean error",
  worst_target: "worst target",
  tail: "error in the tails",
  network: "error of networks",
  tree_nats: "tree model",
  discriminator_nats: "discriminator",
};

/** A harm channel in words; one that has none goes by its name. */
export const channelTitle = (channel: string): string =>
  CHANNEL_WORDS[channel] ?? channel.replaceAll("_", " ");
