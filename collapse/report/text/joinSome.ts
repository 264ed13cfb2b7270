import { shownText } from "./shownText.ts";

/** The first names of a list, and how many more there are. */
export function joinSome(names: readonly string[], most: number, limit: number): string {
  const some = names.slice(0, most).map((name) => shownText(name, limit));
  const more = names.length - some.length;
  return [...some, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
