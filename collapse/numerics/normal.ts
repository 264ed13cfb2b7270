/**
 * The share of a standard normal distribution below `x`, to about 1e-15 (Hart 1968, algorithm 5666, in the form of
 * West 2005, "Better approximations to cumulative normal functions").
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  const above = size > 38 ? 0 : Math.exp((-size * size) / 2) * millsRatio(size);
  return x > 0 ? 1 - above : above;
}

/** The share beyond `size` over `exp(-size² / 2)`: Hart's ratio, and far out Laplace's continued fraction. */
function millsRatio(size: number): number {
  if (size < 3) return polynomial(HART_ABOVE, size) / polynomial(HART_BELOW, size);
  let fraction = size;
  for (let term = 80; term >= 1; term--) fraction = size + term / fraction;
  return 1 / (fraction * Math.sqrt(2 * Math.PI));
}

const HART_ABOVE = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const HART_BELOW = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

/**
 * The value that a share `p` of a standard normal distribution lies below, to about 1e-16 relative (Wichura 1988,
 * algorithm AS 241, PPND16). -Infinity at 0, Infinity at 1, NaN outside.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const offset = p - 0.5;
  if (Math.abs(offset) <= 0.425) {
    const r = 0.180625 - offset * offset;
    return (offset * polynomial(CENTRAL_ABOVE, r)) / polynomial(CENTRAL_BELOW, r);
  }
  const tail = Math.min(p, 1 - p);
  if (tail === 0) return offset < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const size =
    r <= 5
      ? polynomial(MIDDLE_ABOVE, r - 1.6) / polynomial(MIDDLE_BELOW, r - 1.6)
      : polynomial(FAR_ABOVE, r - 5) / polynomial(FAR_BELOW, r - 5);
  return offset < 0 ? -size : size;
}

const CENTRAL_ABOVE = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRAL_BELOW = [
  5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const MIDDLE_ABOVE = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const MIDDLE_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_ABOVE = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_BELOW = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];

/** Horner's scheme; the coefficient of the highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}
