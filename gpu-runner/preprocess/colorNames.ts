/**
 * The colors that an instruction may name. Hue in degrees around `hue`, up to `widthDegrees` to each side (180
 * where the hue does not matter); saturation and value as in HSV, 0 to 1, between their bounds.
 */
export interface ColorRange {
  readonly hue: number;
  readonly widthDegrees: number;
  readonly saturation: readonly [number, number];
  readonly value: readonly [number, number];
}

const range = (
  hue: number,
  widthDegrees: number,
  saturation: readonly [number, number],
  value: readonly [number, number],
): ColorRange => ({ hue, widthDegrees, saturation, value });

/** Above every saturation and value, and below: such a bound never binds. */
const FULL = 1.3;
const ZERO = -0.3;

export const COLOR_RANGES = {
  red: range(0, 14, [0.5, FULL], [0.2, FULL]),
  orange: range(27, 12, [0.5, FULL], [0.55, FULL]),
  yellow: range(54, 13, [0.4, FULL], [0.4, FULL]),
  green: range(120, 42, [0.3, FULL], [0.15, FULL]),
  cyan: range(183, 18, [0.35, FULL], [0.25, FULL]),
  blue: range(222, 24, [0.4, FULL], [0.18, FULL]),
  purple: range(277, 22, [0.3, FULL], [0.15, FULL]),
  magenta: range(309, 14, [0.55, FULL], [0.4, FULL]),
  pink: range(338, 20, [0.15, 0.75], [0.65, FULL]),
  brown: range(24, 14, [0.35, FULL], [0.12, 0.55]),
  white: range(0, 180, [ZERO, 0.16], [0.8, FULL]),
  gray: range(0, 180, [ZERO, 0.16], [0.28, 0.74]),
  black: range(0, 180, [ZERO, FULL], [ZERO, 0.17]),
} as const satisfies Record<string, ColorRange>;

export type ColorName = keyof typeof COLOR_RANGES;

/** Further words for the same colors, as people say them. */
const SYNONYMS = {
  red: ["reddish", "crimson", "scarlet", "ruby", "maroon"],
  orange: ["amber", "tangerine"],
  yellow: ["yellowish", "golden", "gold", "lemon"],
  green: ["greenish", "lime", "emerald", "olive"],
  cyan: ["turquoise", "teal", "aqua"],
  blue: ["bluish", "navy", "azure", "cobalt"],
  purple: ["violet", "lilac", "indigo"],
  magenta: ["fuchsia"],
  pink: ["pinkish", "rose", "salmon"],
  brown: ["brownish", "chocolate"],
  white: ["whitish", "ivory"],
  gray: ["grey", "silver", "grayish", "greyish"],
  black: ["blackish"],
} as const satisfies Record<ColorName, readonly string[]>;

const isColorName = (word: string): word is ColorName => Object.hasOwn(COLOR_RANGES, word);

const CANONICAL: ReadonlyMap<string, ColorName> = new Map(
  Object.entries(SYNONYMS).flatMap(([name, words]) =>
    isColorName(name) ? [name, ...words].map((word): [string, ColorName] => [word, name]) : [],
  ),
);

/** The color that a lower-case word names, or null. */
export const colorOf = (word: string): ColorName | null => CANONICAL.get(word) ?? null;
