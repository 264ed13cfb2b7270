/** The name that is least far from `name` by edits (Levenshtein 1966), case aside; null where none is near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  let nearest: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const other of names) {
    const distance = editDistance(wanted, other.toLowerCase());
    if (distance < least) [nearest, least] = [other, distance];
  }
  return nearest;
}

/** As the end of a sentence that says what to do: ` Did you mean "price"?`, or nothing. */
export function suggestion(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === null ? "" : ` Did you mean "${nearest}"?`;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let at = 0; at < left.length; at++) {
    const next = [at + 1];
    for (let other = 0; other < right.length; other++) {
      const replaced = (row[other] ?? 0) + (left[at] === right[other] ? 0 : 1);
      next.push(Math.min(replaced, (row[other + 1] ?? 0) + 1, (next[other] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
