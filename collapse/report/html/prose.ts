import { SHOWN, shownText } from "../text/shownText.ts";
import { type Markup, markup } from "./markup.ts";

/**
 * A sentence of the engine, the names in it (between backticks) set apart: each keeps its own direction and turns
 * nothing beside it. A name that holds backticks of its own is set otherwise, and harms nothing.
 */
export function prose(sentence: string): Markup {
  const parts = shownText(sentence, SHOWN.sentence).split("`");
  const inline = parts.map((part, at) =>
    at % 2 === 1 ? markup`<code><bdi>${part}</bdi></code>` : markup`${part}`,
  );
  return markup`<bdi>${inline}</bdi>`;
}
