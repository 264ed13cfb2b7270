import type { Frame } from "../contracts/aggregates.ts";
import type { TablePlan, Variable } from "../contracts/columns.ts";
import type { CheckOptions } from "../contracts/options.ts";
import { MOST_FEATURES } from "../encode/encodingOf.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";

/** What a reader must know of how the report came about, and what it does not say. */
export function writeNotes(known: {
  readonly plan: TablePlan;
  readonly frame: Frame;
  readonly evidence: Pick<Evidence, "drawnBy" | "rowsASide">;
  readonly options: CheckOptions;
}): string[] {
  const { plan, frame, evidence, options } = known;
  const derived = new Set(plan.columns.map(({ derivedFrom }) => derivedFrom));
  const unread = plan.columns.filter(
    ({ name, kind, role }) =>
      (kind === "text" || kind === "vector") && role !== "ignore" && !derived.has(name),
  );
  const notes = [
    options.reference.length === 0 &&
      `No reference was given: the older half of the rows, ${orderOf(plan)}, stands in for it; the newer half was judged, and the verdict is \`indeterminate\` at best.`,
    sayDraws(evidence),
    sayLeftOut(frame),
    plan.group !== null && `Rows of one \`${plan.group}\` are never split.`,
    unread.length > 0 &&
      `Not analyzed, since they are texts or vectors beyond those that can be, or the reference is a profile: ${unread.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "Harm is that of quick models (a ridge regression of random features, a tree of variables, a discriminator) on real rows held back. No harm model was fitted to what other models lose, so no confidence is given.",
    options.margin !== 1 &&
      `Margins of harm are ${options.margin} times the usual ones, in logarithms and nats.`,
    options.quick && "A quick check: half the draws and pairs, so intervals are wider.",
  ];
  return notes.filter((note) => typeof note === "string");
}

function orderOf({ columns }: TablePlan): string {
  const time = columns.find(({ role }) => role === "time");
  return time === undefined ? "in the order of the files" : `by \`${time.name}\``;
}

/** Variables for whose numbers a wide table has no room: they are counted, and no model sees them. */
function sayLeftOut({ variables, encoding }: Frame): string | null {
  if (encoding.width < MOST_FEATURES) return null;
  const modeled = new Set(encoding.features.map(({ variable }) => variable));
  const left = variables.filter((_, variable) => !modeled.has(variable) && isVaried(variables[variable]));
  if (left.length === 0) return null;
  const names = left
    .slice(0, 3)
    .map(({ name }) => `\`${name}\``)
    .join(", ");
  return `The table is wide: ${left.length.toLocaleString("en")} of ${variables.length.toLocaleString("en")} variables are counted and compared each for itself, and no model sees them, for ${encoding.width} numbers are modeled at most (${names}${left.length > 3 ? ", …" : ""}).`;
}

/** A constant has nothing to be modeled. */
const isVaried = (variable: Variable | undefined): boolean =>
  variable !== undefined &&
  (variable.kind === "number" ? variable.edges.length > 0 : variable.levels.length > 1);

function sayDraws({ drawnBy, rowsASide }: Pick<Evidence, "drawnBy" | "rowsASide">): string {
  const how = {
    rows: "drawn row by row from the sample",
    parts: "drawn as unions of equal parts of the sample",
    buckets: "drawn as unions of the table's 64 buckets",
  }[drawnBy];
  return `The null compares real rows with real rows, about ${rowsASide.toLocaleString("en")} a side, ${how}.`;
}
