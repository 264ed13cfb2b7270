import { COLOR_RANGES, type ColorName, colorOf } from "./colorNames.ts";

/** Words between a color and the word that says what part its noun plays: "of [the small] blue cube". */
const MODIFIERS = new Set(
  "the a an that this one its any some big large small little tiny bright dark light pale deep shiny round square solid other nearest left right".split(
    " ",
  ),
);

/** What follows these is a place, not the thing to go to. */
const PLACES = new Set(
  "of on onto upon in into inside near beside behind under underneath below beneath above over from off between around by with than".split(
    " ",
  ),
);

/** "next to", "close to": places too, though "to" alone leads to the goal. */
const BEFORE_TO = new Set("next close adjacent near relative compared".split(" "));

/** What follows these is not meant at all. */
const NEGATIONS = new Set(
  "not isn't never no without except excluding avoid avoiding ignore ignoring don't".split(" "),
);

type Role = "goal" | "place" | "excluded";

const roleAt = (words: readonly string[], position: number, previous: Role): Role => {
  let index = position - 1;
  while (index >= 0 && MODIFIERS.has(words[index] ?? "")) index--;
  const governor = words[index] ?? "";
  const before = words[index - 1] ?? "";
  if (NEGATIONS.has(governor)) return "excluded";
  if (PLACES.has(governor)) return NEGATIONS.has(before) ? "excluded" : "place";
  if (governor === "to" && BEFORE_TO.has(before)) return "place";
  // "the blue and the yellow block": the second plays the part of the first.
  return governor === "and" || governor === "or" ? previous : "goal";
};

/**
 * The color of the thing that an English instruction is about: the first color whose noun is not a place
 * ("on the green plate", "left of the blue cube") nor excluded ("not the red one"); where every color belongs
 * to a place, the first of those; null where none is named.
 */
export const nameTarget = (instruction: string): ColorName | null => {
  const words = instruction
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("’", "'")
    .split(/[^\p{L}\p{N}']+/u)
    .filter((word) => word !== "");
  let role: Role = "goal";
  let place: ColorName | null = null;
  for (const [position, word] of words.entries()) {
    const color = colorOf(word);
    if (color === null) continue;
    role = roleAt(words, position, role);
    if (role === "goal") return color;
    if (role === "place") place ??= color;
  }
  return place;
};

/** Hue of every pixel counts: the bound lies under every cosine. */
const ANY_HUE = -2;
/** The match falls from 0.88 to 0.12 over some eight degrees at the edge of a hue. */
const HUE_EDGE = 28;

/**
 * The numbers that the graph of `visual-servo` takes for a target: 1 if there is one, hue as cosine and sine,
 * cosine of its half width, steepness there, bounds of saturation, bounds of value. All zeros match nothing.
 */
export const toTargetVector = (color: ColorName | null): Float32Array<ArrayBuffer> => {
  if (color === null) return new Float32Array(9);
  const { hue, widthDegrees, saturation, value } = COLOR_RANGES[color];
  const angle = (hue * Math.PI) / 180;
  const width = (widthDegrees * Math.PI) / 180;
  const anyHue = widthDegrees >= 180;
  return Float32Array.of(
    1,
    Math.cos(angle),
    Math.sin(angle),
    anyHue ? ANY_HUE : Math.cos(width),
    anyHue ? 20 : HUE_EDGE / Math.sin(width),
    ...saturation,
    ...value,
  );
};
