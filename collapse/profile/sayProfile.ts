import type { Learned } from "./learned.ts";

/** What a reader must know where the reference was a saved profile. */
export function sayProfile({ learned }: { readonly learned: Learned | null }): readonly string[] {
  if (learned === null || learned.savedFrom === null) return [];
  const { summary, seed, savedFrom } = learned;
  const rows = (count: number): string => `${count.toLocaleString("en")} rows`;
  const madeOf = savedFrom.length === 1 ? (savedFrom[0] ?? "") : `${savedFrom.length} files`;
  return [
    `The reference is a saved profile of ${rows(summary.rows)} (${madeOf}, seed ${seed}); these were not read again.`,
    summary.sample.rows > 0
      ? `The profile holds ${rows(summary.sample.rows)} of real data, which neighbors, models and discriminators rest on: guard it as the rows themselves.`
      : "The profile holds no rows: neighbors, models, the tree of densities and the discriminator are not computable, and of harm only that of linear models. A profile made with `--with-sample` has them.",
  ];
}
