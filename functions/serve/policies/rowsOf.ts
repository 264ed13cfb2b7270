/**
 * Numbers that lie row after row, as rows. Plain loops: on the path of every request, the iterators of typed
 * arrays would cost ten times as much.
 */
export function rowsOf(data: ArrayLike<number>, rows: number, columns: number): number[][] {
  const chunk: number[][] = [];
  for (let row = 0; row < rows; row += 1) {
    const step: number[] = [];
    for (let column = 0; column < columns; column += 1) step.push(data[row * columns + column] ?? Number.NaN);
    chunk.push(step);
  }
  return chunk;
}
