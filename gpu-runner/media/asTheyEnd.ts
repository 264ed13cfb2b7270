/**
 * Works on items, at most `limit` at a time, and gives each result as soon as it is there. Whoever stops asking
 * starts no further work. `work` does not throw.
 */
export async function* asTheyEnd<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running = new Map<number, Promise<{ readonly index: number; readonly result: Result }>>();
  for (const [index, item] of items.entries()) {
    running.set(
      index,
      work(item).then((result) => ({ index, result })),
    );
    if (running.size < limit) continue;
    const ended = await Promise.race(running.values());
    running.delete(ended.index);
    yield ended.result;
  }
  while (running.size > 0) {
    const ended = await Promise.race(running.values());
    running.delete(ended.index);
    yield ended.result;
  }
}
