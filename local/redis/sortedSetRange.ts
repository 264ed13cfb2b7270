import { float, integer, printFloat, sliceRange } from "./commandTable.ts";
import { CommandError, syntaxError } from "./replies.ts";

export type Member = [name: string, score: number];

/** Members by score, equal scores by name. */
export const sortedMembers = (scores: ReadonlyMap<string, number>): Member[] =>
  [...scores].sort(([nameA, a], [nameB, b]) => (a < b ? -1 : a > b ? 1 : nameA < nameB ? -1 : 1));

/** Members by place, both ends included, negative from the end. */
export const range = (members: readonly Member[], start: number, stop: number): Member[] =>
  members.slice(...sliceRange(start, stop, members.length));

/** The flat reply of a range: names, and scores behind each when asked for. */
export const memberList = (members: readonly Member[], withScores: boolean): string[] =>
  withScores ? members.flatMap(([name, score]) => [name, printFloat(score)]) : members.map(([name]) => name);

function bound(text: string | undefined): { value: number; excluded: boolean } {
  const excluded = text?.startsWith("(") ?? false;
  try {
    return { value: float(excluded ? text?.slice(1) : text), excluded };
  } catch {
    throw new CommandError("ERR min or max is not a float");
  }
}

/** Whether a score lies between `low` and `high`; `(1` leaves the end out, `-inf` and `+inf` are ends too. */
export function scoreTest(low: string | undefined, high: string | undefined): (score: number) => boolean {
  const from = bound(low);
  const to = bound(high);
  return (score) =>
    (from.excluded ? score > from.value : score >= from.value) &&
    (to.excluded ? score < to.value : score <= to.value);
}

interface RangeOptions {
  readonly byScore: boolean;
  readonly reversed: boolean;
  readonly withScores: boolean;
  readonly limit: [offset: number, count: number] | null;
}

function rangeOptions(words: readonly string[]): RangeOptions {
  let byScore = false;
  let reversed = false;
  let withScores = false;
  let limit: RangeOptions["limit"] = null;
  for (let i = 0; i < words.length; i += 1) {
    const word = (words[i] ?? "").toLowerCase();
    if (word === "byscore") byScore = true;
    else if (word === "rev") reversed = true;
    else if (word === "withscores") withScores = true;
    else if (word === "limit") {
      limit = [integer(words[i + 1]), integer(words[i + 2])];
      i += 2;
    } else throw syntaxError();
  }
  return { byScore, reversed, withScores, limit };
}

/**
 * The whole ZRANGE family. `kind` is what the command's name says (`word`: ZRANGE itself, whose options say
 * it). A reversed range by score takes its ends as high, low.
 */
export function rangeReply(
  sorted: Member[],
  [start, stop, ...words]: readonly string[],
  kind: "index" | "score" | "word",
  reversedByName: boolean,
): string[] {
  const options = rangeOptions(words);
  const reversed = reversedByName || options.reversed;
  const byScore = kind === "score" || options.byScore;
  if (options.limit !== null && !byScore)
    throw new CommandError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  const members = reversed ? sorted.reverse() : sorted;
  if (!byScore) return memberList(range(members, integer(start), integer(stop)), options.withScores);
  const within = reversed ? scoreTest(stop, start) : scoreTest(start, stop);
  const hits = members.filter(([, score]) => within(score));
  const [offset, count] = options.limit ?? [0, -1];
  const page = hits.slice(offset, count < 0 ? undefined : offset + count);
  return memberList(page, options.withScores);
}
