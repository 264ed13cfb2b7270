/** Area under the ROC curve of scores whose targets are 0 and 1, as Mann and Whitney's statistic (1947): the share of pairs in the right order, ties counted half. */
export function areaUnder(scores: Float64Array, targets: Float64Array): number {
  const order = Uint32Array.from(scores.keys()).sort(
    (left, right) => (scores[left] ?? 0) - (scores[right] ?? 0),
  );
  let ranks = 0;
  let positives = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tied = 0;
    while (to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0])
      tied += targets[order[to++] ?? 0] ?? 0;
    ranks += tied * ((from + 1 + to) / 2);
    positives += tied;
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}
