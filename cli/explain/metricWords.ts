import type { Dimension } from "../../collapse/contracts/metrics.ts";

/** What people must know of a number to act on it. */
export interface MetricWords {
  readonly dimension: Dimension;
  /** What it is called where it comes from. */
  readonly name: string;
  /** Who described it; null where it is a plain difference of shares. */
  readonly source: string | null;
  readonly measures: string;
  /** What usually moves it. */
  readonly causes: string;
  readonly look: string;
}

type Told = readonly [name: string, source: string | null, measures: string, causes: string, look: string];

const of = (dimension: Dimension, words: Readonly<Record<string, Told>>): [string, MetricWords][] =>
  Object.entries(words).map(([metric, [name, source, measures, causes, look]]) => [
    metric,
    { dimension, name, source, measures, causes, look },
  ]);

const tail = (end: string, share: string): Told => [
  "log ratio of tail shares",
  "Haldane 1956",
  `How many rows lie beyond the value that cuts off the ${end} ${share} % of real rows, as a log ratio: 0 as many, below 0 fewer, −0.69 half as many.`,
  "Generators draw towards the middle: tails thin first, and thin again with each generation. More rows than real ones: outliers or a wrong unit.",
  "The rarest cases that matter to you: are they still there? Mix in real rows of that end, or generate with more variety.",
];

const distinct = (what: string): Told => [
  `log ratio of distinct ${what}`,
  "Li and others 2016",
  `How many different ${what} stand in as many words, as a log ratio: 0 as many as in real texts, below 0 fewer.`,
  "Low temperature, few prompts, training on generated text: the first thing that a language model loses.",
  "The most frequent runs of words: templates show at once.",
];

const DEPENDENCE_CAUSES =
  "Below 0: columns were generated, imputed or shuffled apart from each other. Above 0: a model that repeats the rule and forgets the exceptions.";
const DEPENDENCE_LOOK = "A scatter plot or a cross table of the two columns, real beside candidate.";

/** Every metric that the engine emits, by its key: docs/collapse.md's table is checked against these. */
export const METRIC_WORDS: ReadonlyMap<string, MetricWords> = new Map([
  ...of("distribution_fidelity", {
    ks: [
      "Kolmogorov–Smirnov distance",
      "Kolmogorov 1933, Smirnov 1948",
      "The largest difference between the shares of rows below a value, over all values: 0 alike, 1 apart.",
      "A shifted mean, a different spread, a value that is repeated, a filter that cut rows away.",
      "The histograms of the column: where the two cumulative curves lie farthest apart.",
    ],
    w1: [
      "first Wasserstein distance",
      "Wasserstein, by Vallender 1974",
      "How far values would have to move on average to lie as real ones do, in standard deviations of the real ones.",
      "A shift or a change of scale moves it most; unlike the largest difference it sees how far, not only how many.",
      "Mean and spread of the column, and its unit.",
    ],
    tvd_excess: [
      "total variation distance, less its expectation by chance",
      "normal approximation of a multinomial",
      "The share of rows that lie in other bins or levels than real rows would; what chance alone gives is taken off.",
      "Levels that became too common or too rare, and values heaped on a few numbers.",
      "The frequencies of the column's levels, or its histogram.",
    ],
    tail_low_0_5: tail("lowest", "0.5"),
    tail_low_2_5: tail("lowest", "2.5"),
    tail_high_0_5: tail("highest", "0.5"),
    tail_high_2_5: tail("highest", "2.5"),
    coverage: [
      "Good–Turing coverage",
      "Good 1953",
      "The share of real rows whose level or bin the candidate has at all, less what as many fresh real rows would have. Below 0: parts of the real data are missing.",
      "Rare levels that a generator never produces, a truncated range, one mode of several.",
      "The rare levels of the column: which ones have no row here?",
    ],
  }),
  ...of("correlation_preservation", {
    fisher_excess: [
      "root mean excess of squared differences of Fisher's z",
      "Fisher 1921",
      "How far the correlations of all pairs of numbers are off, beyond what so few rows explain.",
      DEPENDENCE_CAUSES,
      "The pairs that this dimension lists, the worst first.",
    ],
    correlation_frobenius: [
      "Frobenius norm of the difference of correlation matrices",
      null,
      "The difference of the two correlation matrices as one length: many small changes add up in it.",
      DEPENDENCE_CAUSES,
      "The heat map of the two matrices; the pairs that this dimension lists.",
    ],
    correlation_of_correlations: [
      "correlation of the matrices' entries",
      null,
      "Whether the pairs that depend strongly in real rows are those that do here: 0 is the same pattern, −1 none of it.",
      "Columns that were swapped, or filled from another source.",
      "Whether columns are mapped to the right names.",
    ],
    strong_pairs_lost: [
      "share of strong pairs that lost half",
      null,
      "Of the pairs with a correlation beyond 0.3 the share that kept less than half of it.",
      "Columns generated independently; noise that was added to protect people.",
      "The pairs that a model for your target leans on.",
    ],
    pair_tvd_excess: [
      "total variation distance of two columns together, less its expectation by chance",
      null,
      "The share of rows that combine the two columns as real rows do not, on a grid of nine by nine.",
      "Combinations that cannot be (a male patient pregnant), or that were lost.",
      DEPENDENCE_LOOK,
    ],
    correlation_change: [
      "difference of Fisher's z",
      "Fisher 1921",
      "How much more (above 0) or less (below 0) two numbers correlate than in real rows.",
      DEPENDENCE_CAUSES,
      DEPENDENCE_LOOK,
    ],
    cramer_v_change: [
      "difference of Cramér's V, corrected for bias",
      "Bergsma 2013",
      "How much more or less two columns of levels tell about each other than in real rows.",
      DEPENDENCE_CAUSES,
      DEPENDENCE_LOOK,
    ],
    eta_squared_change: [
      "difference of the correlation ratio η²",
      "Pearson 1905, Kelley 1935",
      "How much more or less a column of levels tells about a number than in real rows.",
      DEPENDENCE_CAUSES,
      "The number's box plots by level, real beside candidate.",
    ],
  }),
  ...of("entropy_stability", {
    duplicate_excess: [
      "difference of the shares of repeated rows",
      null,
      "How many more rows repeat another one in every column than among real rows.",
      "A generator that recites its training rows, rows sampled with replacement, a join that multiplied rows.",
      "The repeated rows; count distinct ones. De-duplicating is cheap and is tried first.",
    ],
    entropy_change: [
      "difference of entropies",
      "Miller 1955",
      "How much less (below 0) or more varied the values are than real ones, in nats, corrected for few rows.",
      "The first sign of collapse: each generation loses some of it.",
      "How many values hold most of the rows.",
    ],
    richness: [
      "log ratio of rarefied richness",
      "Hurlbert 1971",
      "How many distinct levels or bins are found among as many rows, as a log ratio: below 0 fewer.",
      "Rare levels that are no longer produced.",
      "The list of levels that real rows have and these do not.",
    ],
    hapax_share: [
      "rarefied share of values seen once",
      "Hurlbert 1971",
      "The difference of the shares of rows that are alone in their level or bin.",
      "Below 0: the long tail of rare values has gone. Above 0: invented values, or noise in identifiers.",
      "Values that occur once, in both sets.",
    ],
    log_variance_ratio: [
      "log ratio of variances",
      null,
      "The spread against that of real rows as a log ratio: below 0 narrower, −0.69 half the variance.",
      "Averaging: models that predict the mean, low temperature, smoothing, generations of refitting.",
      "The column's spread, and the tails that this report lists.",
    ],
  }),
  ...of("entropy_stability", {
    distinct_1: distinct("words"),
    distinct_2: distinct("pairs of words"),
    distinct_3: distinct("triples of words"),
    distinct_4: distinct("runs of four words"),
    word_hapaxes: [
      "log ratio of words that stand once",
      null,
      "How many words stand a single time in as many words of text, as a log ratio: below 0 fewer.",
      "Rare words go first: names, terms, misspellings.",
      "Words that real texts have and these do not.",
    ],
    vendi_score: [
      "log ratio of Vendi scores",
      "Friedman and Dieng 2023",
      "How many really different documents there are, as a log ratio: below 0 they resemble each other more.",
      "Documents that are variations of a few.",
      "Pairs of documents that are nearest to each other.",
    ],
  }),
  ...of("distribution_fidelity", {
    episode_shift: [
      "difference of means in standard deviations",
      null,
      "How far a number of whole episodes (length, smoothness, path, lag) lies from that of real ones, in the real ones' standard deviations. Each number stands in the dimension that it speaks for.",
      "A policy or a simulator that moves smoother, slower or by another path than people do.",
      "Some episodes of either set, played side by side.",
    ],
    episode_spread: [
      "log ratio of standard deviations",
      null,
      "How much episodes differ among themselves in such a number, as a log ratio: below 0 they are more alike than real ones.",
      "Few demonstrations, replayed with small noise.",
      "Where the episodes come from, and from how many distinct ones.",
    ],
  }),
  ...of("entropy_stability", {
    episode_variance: [
      "log ratio of the mean squared distance from the mean path",
      null,
      "How much paths of actions differ from their mean path, as a log ratio: below 0 less than in real episodes.",
      "One way of doing the task where people have several.",
      "The paths, laid over each other.",
    ],
  }),
  ...of("generalization_gap", {
    nearest_episode: [
      "log ratio of distances to the nearest episode",
      null,
      "How far an episode lies from the nearest other one of its set, as a log ratio: below 0 episodes repeat each other.",
      "Copies of demonstrations with small changes.",
      "Pairs of nearest episodes.",
    ],
  }),
  ...of("gradient_health", {
    gradient_alignment: [
      "cosine of gradients",
      null,
      "Whether these rows pull a linear model that fits real rows in the direction in which fresh real rows pull it: 0 the same, −1 across, −2 against.",
      "A changed relation between the target and its predictors.",
      "The target's labels: who or what made them?",
    ],
    gradient_norm_ratio: [
      "log ratio of gradient lengths",
      null,
      "How hard these rows pull away a model that fits real rows, against fresh real rows: above 0 harder.",
      "A shifted target or predictor.",
      "The target's mean within groups.",
    ],
    gradient_noise_ratio: [
      "log ratio of gradient noise scales",
      "McCandlish and others 2018",
      "How much the pull differs from row to row, against its mean.",
      "Below 0: rows that all say the same, as a collapsed set does. Above 0: noisy labels.",
      "The variety of the rows, and the noise of the labels.",
    ],
  }),
  ...of("loss_landscape", {
    excess_risk: [
      "excess risk of the other solution",
      null,
      "What a linear model fitted to these rows loses on real ones, as a share of the best such model's error.",
      "A relation that bends the other way, or predictors that lost their noise.",
      "The target's harm in this report: it says the same with better models.",
    ],
    log_condition_ratio: [
      "log ratio of condition numbers",
      null,
      "How much harder or easier a linear problem of these columns is to solve: above 0 columns have become nearly redundant.",
      "Columns computed from others, or variety lost in some direction.",
      "Pairs whose dependence grew.",
    ],
  }),
  ...of("spectral_coherence", {
    log_eigenvalue_rms: [
      "root mean square difference of log eigenvalues",
      null,
      "How far the spread along the principal directions of all columns together is off.",
      "Small directions shrink first in a collapsing set; added noise raises them.",
      "The spectrum: does the end of the curve fall below that of real rows?",
    ],
    effective_rank: [
      "log ratio of effective ranks",
      "Roy and Vetterli 2007",
      "In how many directions the rows spread, as a log ratio: below 0 fewer.",
      "Fewer latent factors than the real data has: a small model, few prompts, few sources.",
      "How many independent things vary in the set.",
    ],
    subspace_overlap: [
      "overlap of principal subspaces",
      null,
      "Whether the directions that hold 90 % of the variance are those of real rows: 0 all, −1 none.",
      "Columns that depend on each other in another way.",
      "The correlations that this report lists.",
    ],
    eigenvalues_over_edge: [
      "eigenvalues over the Marchenko–Pastur edge",
      "Marchenko and Pastur 1967",
      "How many more directions stand out from noise than in real rows.",
      "Below 0: structure lost. Above 0: artificial structure.",
      "Groups of columns that move together.",
    ],
  }),
  ...of("generalization_gap", {
    precision: [
      "precision of neighborhoods",
      "Naeem and others 2020",
      "The share of these rows that lie where real rows are. Its null is not 1: compare with the range beside it.",
      "Low: rows that no real process makes, such as impossible combinations.",
      "The rows that are flagged, if this report flags any.",
    ],
    recall: [
      "recall of neighborhoods",
      "Naeem and others 2020",
      "The share of real rows that have one of these rows near. Its null is not 1: compare with the range beside it.",
      "Low: whole regions of the real data are missing, the mark of mode collapse.",
      "Which real rows have no neighbor here: what do they have in common?",
    ],
    nn1_ratio: [
      "log ratio of nearest-neighbor distances",
      null,
      "How far rows lie from their own nearest neighbor, against real rows, as a log ratio: below 0 they crowd or repeat.",
      "Near-copies with small changes, which a count of exact duplicates does not see.",
      "Pairs of nearest rows.",
    ],
    c2st_auc: [
      "classifier two-sample test",
      "Lopez-Paz and Oquab 2017",
      "How well a classifier tells these rows from real ones on rows that it has not seen: 0.5 not at all, 1 always.",
      "Anything that differs; by itself it says neither what nor whether it harms.",
      "The other dimensions: they say what the classifier sees.",
    ],
  }),
  ...of("statistical_consistency", {
    chi_square: [
      "Pearson's χ², per row and beyond its degrees of freedom",
      "Pearson 1900",
      "Whether the frequencies of levels or bins agree with real ones.",
      "Levels that became too common or too rare.",
      "The frequencies of the column's levels.",
    ],
    anderson_darling: [
      "two-sample Anderson–Darling statistic, per row",
      "Scholz and Stephens 1987",
      "Whether values are distributed as real ones are; the ends weigh more than in other tests.",
      "Tails cut or fattened.",
      "Both ends of the column's histogram.",
    ],
    mann_whitney: [
      "Mann–Whitney statistic, less ½",
      "Mann and Whitney 1947",
      "How much more often a value of this set is larger than a real one than the other way round.",
      "A shift of the whole column.",
      "The column's median and unit.",
    ],
    constraint_violations: [
      "difference of the shares out of range",
      null,
      "How many more values lie outside the range, or the levels, that real rows have.",
      "Generators do not know limits: negative ages, unknown codes.",
      "The values themselves, against the column's specification.",
    ],
    missing_rate_change: [
      "difference of the shares of missing values",
      null,
      "How many more or fewer values are missing than in real rows.",
      "Imputation, or an export that drops or fills values.",
      "How missing values are written in both files.",
    ],
    rounding_grid: [
      "difference of the shares on the grid of rounding",
      null,
      "How many more or fewer values are rounded as real ones are.",
      "Generated numbers have too many digits: a sure sign of a machine, and by itself harmless.",
      "The number of decimals.",
    ],
  }),
]);
