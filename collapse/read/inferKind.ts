import type { ColumnKind } from "../contracts/columns.ts";
import { type ColumnFacts, MOST_CATEGORIES, MOST_LEVELS, MOST_WORDS } from "./surveyColumns.ts";

const LEAST_VECTOR = 16;

/**
 * How a column is understood, and why: identifiers first, then what has few distinct values, then by type. `mayBeId`
 * is false for a column that somebody gave a use.
 */
export function inferKind(facts: ColumnFacts, mayBeId: boolean): { kind: ColumnKind; because: string } {
  const { values, distinct, present, words } = facts;
  if (values === null) return inferNested(facts);
  if (present === 0) return { kind: "level", because: "it has no value in any row" };
  if (values === "boolean") return { kind: "level", because: "true or false" };
  if (mayBeId && facts.isUnique)
    return {
      kind: "id",
      because: `${shareOf(distinct, present)} of its values stand once, as identifiers do`,
    };
  if (distinct === 1) return { kind: "level", because: "the same value in all rows" };
  if (distinct <= MOST_LEVELS) return { kind: "level", because: `${distinct} distinct values` };
  if (values === "date") return { kind: "date", because: "dates" };
  if (values === "number")
    return { kind: "number", because: `numbers, more than ${MOST_LEVELS} distinct ones` };
  if (words > MOST_WORDS) return { kind: "text", because: `strings of up to ${words} words` };
  const many = distinct.toLocaleString("en-US");
  return distinct <= MOST_CATEGORIES
    ? { kind: "category", because: `${many} distinct strings of at most ${MOST_WORDS} words` }
    : { kind: "text", because: `more than ${MOST_CATEGORIES.toLocaleString("en-US")} distinct strings` };
}

function inferNested({ listLength, sqlType }: ColumnFacts): { kind: ColumnKind; because: string } {
  if (listLength !== null && listLength >= LEAST_VECTOR)
    return { kind: "vector", because: `lists of at least ${listLength} numbers` };
  if (listLength !== null) return { kind: "text", because: `lists of fewer than ${LEAST_VECTOR} numbers` };
  if (sqlType === "JSON") return { kind: "text", because: "values of several types" };
  return { kind: "text", because: `nested or binary values (${sqlType.slice(0, 40)})` };
}

const shareOf = (part: number, whole: number): string => `${Math.floor((1000 * part) / whole) / 10} %`;
