import type { ColumnRole } from "../contracts/columns.ts";
import type { CheckFailure } from "../contracts/failure.ts";
import type { CheckOptions } from "../contracts/options.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { suggestion } from "./nearestName.ts";

/** Columns of these names say which rows belong together, unless the schema says what they are for. */
const GROUP_NAMES = ["episode_index", "conversation_id", "user_id", "document_id", "session_id"];

export interface Roles {
  /** Of each column that somebody gave one. */
  readonly said: ReadonlyMap<string, ColumnRole>;
  /** The column that groups by its name alone. */
  readonly inferredGroup: string | null;
}

/**
 * What the flags and the schema file say the columns are for; a flag wins over the file. Failure: `bad_option`, where
 * they name a column that is not there, two columns for one role or two roles for one column.
 */
export function columnRoles(names: readonly string[], options: CheckOptions): Outcome<Roles, CheckFailure> {
  const { schema, target, group, time } = options;
  const flags = Object.entries({ target, group, time }).filter((entry) => entry[1] !== undefined);
  const asked = [...Object.keys(schema.columns), ...flags.map(([, name]) => name ?? "")];
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined) return failed(unknownColumn(unknown, names));

  const said = new Map<string, ColumnRole>();
  for (const [name, { role }] of Object.entries(schema.columns))
    if (role !== undefined && !flags.some(([flag]) => flag === role)) said.set(name, role);
  const flagged = new Set<string>();
  for (const [flag, name = ""] of flags) {
    if (flagged.has(name)) return failed(twoRoles(name));
    flagged.add(name);
    said.set(name, ROLE_OF_FLAG[flag] ?? "feature");
  }
  for (const role of ["target", "group", "time"] as const) {
    const holders = [...said].filter(([, its]) => its === role).map(([name]) => name);
    if (holders.length > 1) return failed(twoColumns(role, holders));
  }
  const hasGroup = [...said.values()].includes("group");
  const inferredGroup = hasGroup ? null : inferGroup(names.filter((name) => !said.has(name)));
  return done({ said, inferredGroup });
}

const ROLE_OF_FLAG: Readonly<Record<string, ColumnRole>> = { target: "target", group: "group", time: "time" };

function inferGroup(names: readonly string[]): string | null {
  for (const wanted of GROUP_NAMES) {
    const found = names.find((name) => name.toLowerCase() === wanted);
    if (found !== undefined) return found;
  }
  return null;
}

const badOption = (column: string, detail: string, fix: string): CheckFailure => ({
  code: "bad_option",
  detail,
  fix,
  file: null,
  column,
});

const unknownColumn = (name: string, names: readonly string[]): CheckFailure =>
  badOption(
    name,
    `The reference has no column "${name}".`,
    `Name one of its ${names.length} columns.${suggestion(name, names)}`,
  );

const twoRoles = (name: string): CheckFailure =>
  badOption(name, `The flags give column "${name}" two roles.`, "Give each flag a column of its own.");

const twoColumns = (role: string, names: readonly string[]): CheckFailure =>
  badOption(
    names[1] ?? "",
    `${names.map((name) => `"${name}"`).join(" and ")} are both to be the ${role}.`,
    `Give one column the role ${role}.`,
  );
