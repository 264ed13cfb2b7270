/** At most `most` of some rows, evenly spaced and in their order. */
export function takeEvenly(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  return Uint32Array.from(
    { length: most },
    (_, index) => rows[Math.floor((index * rows.length) / most)] ?? 0,
  );
}
