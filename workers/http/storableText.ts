import type { ProblemPointer } from "../../functions/contracts/problems.ts";

/**
 * Places of a parsed value whose text is no Unicode text or holds NUL: Postgres stores neither, so that it must
 * not get as far. Pointers are RFC 6901, below `pointer`.
 */
export function unstorableText(value: unknown, pointer = ""): ProblemPointer[] {
  if (typeof value === "string") {
    const storable = value.isWellFormed() && !value.includes("\u0000");
    return storable ? [] : [{ pointer, detail: "Text must be whole Unicode characters, without NUL." }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    unstorableText(member, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}
