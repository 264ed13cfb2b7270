import type { ColumnKind } from "../contracts/columns.ts";
import { type ColumnFacts, MOST_CATEGORIES, MOST_LEVELS, MOST_WORDS } from "./surveyColumns.ts";

/** Shorter lists of one length are columns of their own by now. */
const LEAST_VECTOR = 16;

interface InferredKind {
  readonly kind: ColumnKind;
  readonly because: string;
  /** Numbers of each list, of a vector. */
  readonly width?: number;
  /** Whether nothing reads it, whatever it is for. */
  readonly isRefused?: true;
}

/**
 * How a column is understood, and why: identifiers first, then what has few distinct values, then by type. `mayBeId`
 * is false for a column that somebody gave a use.
 */
export function inferKind(facts: ColumnFacts, mayBeId: boolean): InferredKind {
  const { values, distinct, present, words } = facts;
  if (values === null) return inferLists(facts);
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

/** Lists of numbers are vectors; what is nested otherwise is refused, for it has no one meaning as a number or text. */
function inferLists({ listLength, sqlType, present }: ColumnFacts): InferredKind {
  if (listLength !== null && listLength >= LEAST_VECTOR)
    return { kind: "vector", because: `lists of at least ${listLength} numbers`, width: listLength };
  const refused = (what: string): InferredKind => ({
    kind: "text",
    because: `not read: ${what}`,
    isRefused: true,
  });
  if (present === 0) return { kind: "level", because: "it has no value in any row" };
  if (listLength !== null) return refused(`lists of different lengths, the shortest of ${listLength}`);
  if (sqlType === "JSON" || sqlType.startsWith("UNION")) return refused("values of several types");
  if (sqlType === "BLOB" || sqlType === "BIT") return refused("bytes");
  return refused(`nested values (${sqlType.slice(0, 40)}); write each field as a column of its own`);
}

const shareOf = (part: number, whole: number): string => `${Math.floor((1000 * part) / whole) / 10} %`;
