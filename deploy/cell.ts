import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { z } from "zod";
import { configurationSchema, SECRET_SETTINGS } from "../functions/contracts/configuration.ts";
import { done, type Outcome } from "../functions/contracts/outcome.ts";
import { type Obstacle, stopped } from "./obstacle.ts";

const FOLDER = fileURLToPath(new URL("./cells/", import.meta.url));

/** Settings that the deployment itself decides. */
const DERIVED = ["CELL", "JURISDICTION"];

const settingsSchema = z.record(z.string(), z.string()).superRefine((settings, context) => {
  for (const [name, value] of Object.entries(settings)) {
    const known = Object.entries(configurationSchema.shape).find(([setting]) => setting === name);
    const complain = (message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (known === undefined) complain("is no setting of docs/configuration.md");
    else if (SECRET_SETTINGS.some((secret) => secret === name))
      complain("is a secret: it may not be committed");
    else if (DERIVED.includes(name)) complain("follows from the cell itself");
    else {
      const issue = known[1].safeParse(value).error?.issues[0];
      if (issue !== undefined) complain(issue.message);
    }
  }
});

/** What deploy/cells/<cell>.toml says. Committed, so nothing in it is secret. */
const cellSchema = z.strictObject({
  cell: configurationSchema.shape.CELL.unwrap(),
  account_id: z.string().regex(/^[0-9a-f]{32}$/, "must be 32 hexadecimal digits"),
  hostname: z.hostname(),
  /** Where outboxes and bucket run and keep data. */
  jurisdiction: configurationSchema.shape.JURISDICTION.unwrap(),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "must be a bucket name"),
  placement_region: z.string().optional(),
  /** The client certificate by which runners know the Worker: the id that uploading it gave. */
  runner_certificate_id: z.uuid().optional(),
  settings: settingsSchema,
});
export type Cell = z.infer<typeof cellSchema>;

/** Reads the committed description of a cell. */
export function readCell(name: string, folder = FOLDER): Outcome<Cell, Obstacle> {
  const path = `${folder}${name}.toml`;
  if (!/^[a-z0-9]+$/.test(name) || !existsSync(path)) {
    const known = readdirSync(folder).flatMap((file) => (file.endsWith(".toml") ? [file.slice(0, -5)] : []));
    return stopped(
      `There is no cell ${name}.`,
      `Choose ${known.join(" or ")}, or add deploy/cells/${name}.toml.`,
    );
  }
  const parsed = cellSchema.safeParse(readToml(path));
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(
      ({ path: at, message }) => `${at.join(".") || "the file"} ${message}`,
    );
    return stopped(`deploy/cells/${name}.toml is wrong: ${sentences.join("; ")}.`, "Correct it.");
  }
  if (parsed.data.cell !== name)
    return stopped(
      `deploy/cells/${name}.toml describes the cell ${parsed.data.cell}.`,
      "Name the file for its cell.",
    );
  return done(parsed.data);
}

function readToml(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Whether account and host name are still those of the example. */
export const isExample = ({ account_id, hostname }: Cell): boolean =>
  /^0+$/.test(account_id) || hostname.endsWith(".example");
