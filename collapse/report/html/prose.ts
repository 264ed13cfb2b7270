import { SHOWN, shownText } from "../text/shownText.ts";
import { type Markup, markup } from "./markup.ts";

/** A sentence with more backticks is none of the engine's; it would only swell the page. */
const MOST_PARTS = 21;

/**
 * A sentence of the engine, the names in it (between backticks) set apart: each keeps its own direction and turns
 * nothing beside it. A name that holds backticks of its own is set otherwise, and harms nothing.
 */
export function prose(sentence: string): Markup {
  const text = shownText(sentence, SHOWN.sentence);
  const parts = text.split("`");
  if (parts.length > MOST_PARTS) return markup`<bdi>${text}</bdi>`;
  const inline = parts.map((part, at) =>
    at % 2 === 1 ? markup`<code><bdi>${part}</bdi></code>` : markup`${part}`,
  );
  return markup`<bdi>${inline}</bdi>`;
}
