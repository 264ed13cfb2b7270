import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** A symmetric matrix, row by row. */
export type Symmetric = Float64Array;

/** Room for a solve: the factor, and the solution. */
export interface Solver {
  readonly factor: Float64Array;
  readonly solution: Float64Array;
}

export const solverFor = (width: number): Solver => ({
  factor: new Float64Array(width * width),
  solution: new Float64Array(width),
});

/** Pivots are no smaller than this, whatever rounding makes of them. */
const LEAST_PIVOT = 1e-12;

/**
 * Solves (A + λI) w = b for a symmetric A that is not negative (Cholesky). The library's is not used here: a null
 * solves thousands of these, in place.
 */
export function solveRidge(
  a: Symmetric,
  b: Float64Array,
  ridge: number,
  { factor, solution }: Solver,
): Float64Array {
  const width = b.length;
  for (let i = 0; i < width; i++) {
    let sum = b[i] ?? 0;
    for (let j = 0; j <= i; j++) {
      let entry = (a[i * width + j] ?? 0) + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) entry -= (factor[i * width + k] ?? 0) * (factor[j * width + k] ?? 0);
      factor[i * width + j] =
        i === j ? Math.sqrt(Math.max(entry, LEAST_PIVOT)) : entry / (factor[j * width + j] ?? 1);
      if (j < i) sum -= (factor[i * width + j] ?? 0) * (solution[j] ?? 0);
    }
    solution[i] = sum / (factor[i * width + i] ?? 1);
  }
  for (let i = width - 1; i >= 0; i--) {
    let sum = solution[i] ?? 0;
    for (let j = i + 1; j < width; j++) sum -= (factor[j * width + i] ?? 0) * (solution[j] ?? 0);
    solution[i] = sum / (factor[i * width + i] ?? 1);
  }
  return solution;
}

/** Eigenvalues, the largest first, and their vectors: vector k is row k. */
export interface Spectrum {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Eigenvalues and vectors of a symmetric matrix; rounding's negative eigenvalues are 0. */
export function spectrumOf(a: Symmetric, width: number): Spectrum {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(width, width, a),
    { assumeSymmetric: true },
  );
  const values = new Float64Array(width);
  const vectors = new Float64Array(width * width);
  for (let k = 0; k < width; k++) {
    // The library returns them ascending.
    const column = width - 1 - k;
    values[k] = Math.max(0, realEigenvalues[column] ?? 0);
    for (let row = 0; row < width; row++) vectors[k * width + row] = eigenvectorMatrix.get(row, column);
  }
  return { values, vectors };
}

/** x'Ay */
export function form(x: Float64Array, a: Symmetric, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    let inRow = 0;
    for (let j = 0; j < y.length; j++) inRow += (a[i * y.length + j] ?? 0) * (y[j] ?? 0);
    sum += (x[i] ?? 0) * inRow;
  }
  return sum;
}

export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] ?? 0) * (y[i] ?? 0);
  return sum;
}

/** `into` = Ax − b. */
export function residual(a: Symmetric, x: Float64Array, b: Float64Array, into: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    let sum = -(b[i] ?? 0);
    for (let j = 0; j < x.length; j++) sum += (a[i * x.length + j] ?? 0) * (x[j] ?? 0);
    into[i] = sum;
  }
}

export function trace(a: Symmetric, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += a[i * width + i] ?? 0;
  return sum;
}
