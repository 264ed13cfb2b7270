import type { Fixed } from "../recommend/applyActions.ts";
import { shownCount } from "./text/shownNumber.ts";
import { SHOWN, shownText } from "./text/shownText.ts";
import { VERDICT_WORDS } from "./text/words.ts";

/** What was done to a set, and what the check says of it before and after, in lines for people. */
export function writeFixed({ applied, rows, before, after }: Fixed): string {
  const { kept, dropped, repeated, added } = rows;
  const titleOf = ({ verdict }: Fixed["before"]): string => {
    const { sign, title } = VERDICT_WORDS[verdict];
    return `${sign} ${title.toLowerCase()}`;
  };
  const counts: readonly (readonly [number, string])[] = [
    [kept, "kept"],
    [dropped, "dropped"],
    [repeated, "copies added"],
    [added, "real rows added"],
  ];
  return [
    ...applied.map(({ id, says }) => `${id}. ${shownText(says, SHOWN.sentence)}`),
    `Rows: ${counts
      .filter(([count, name]) => count > 0 || name === "kept")
      .map(([count, name]) => `${shownCount(count)} ${name}`)
      .join(", ")}.`,
    `Check: ${titleOf(before)} before, ${titleOf(after)} after.`,
  ].join("\n");
}
