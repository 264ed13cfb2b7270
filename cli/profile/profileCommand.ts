import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import type { ProgressListener } from "../../collapse/contracts/progress.ts";
import type { MadeProfile, ProfileRequest } from "../../collapse/profile/makeProfile.ts";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { readSchemaFile } from "../check/readSchemaFile.ts";
import { runEngine } from "../check/runCheck.ts";
import { defineCommand } from "../command.ts";
import { type CommandFailure, wrongData } from "../failure.ts";
import { dataSize, seedNumber, wholeNumber } from "../optionSchemas.ts";

/** The engine's profile, as this command calls it. */
export type MakeProfile = (
  request: ProfileRequest,
  listen: { readonly onProgress: ProgressListener },
) => Promise<Outcome<MadeProfile, CheckFailure>>;

const WITHOUT_ROWS =
  "It holds no rows: neighbors, models, the tree of densities and the discriminator cannot be computed with it, and no verdict but `collapsed` can be reached. --with-sample adds real rows.";
const withRows = (rows: number): string =>
  `WARNING: it holds ${rows.toLocaleString("en")} real rows. Guard it as the rows themselves, and do not pass it on where these may not go.`;

/** `headgate profile`: what `check` must know of real rows, saved once, to be taken in their place. */
export const createProfileCommand = (load: () => Promise<MakeProfile>) =>
  defineCommand({
    words: "profile",
    operands: ["reference..."],
    byVerdict: true,
    summary: "Save what a check must know of real rows, for `check --reference real.profile`",
    options: {
      out: z.string().meta({ description: "the file to write, such as real.profile", short: "o" }),
      "with-sample": wholeNumber
        .refine((rows) => rows <= 50_000, "must be at most 50000")
        .default(0)
        .describe("real rows that go with it (0): all of a check can be computed then"),
      target: z.string().optional().describe("column that is to be predicted"),
      group: z.string().optional().describe("column whose equal values belong together"),
      time: z.string().optional().describe("column of time"),
      schema: z.string().optional().describe("JSON file that says what the columns are"),
      seed: seedNumber.default(1).describe("whole number; the same one gives the same bytes"),
      "max-memory": dataSize.optional().describe("what the reader of files may take, such as 1GB"),
    },
    async run({ operands, options }, tools) {
      const path = resolve(tools.cwd, options.out);
      if (operands.some((name) => resolve(tools.cwd, name) === path))
        return wrongData(`--out would overwrite ${path}, which is read.`, "Name another file.");
      if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true)
        return wrongData(`There is no folder ${dirname(path)}.`, "Make it, or name another file.");
      const { target, group, time, seed, "max-memory": maxMemoryBytes, "with-sample": sampledRows } = options;
      const schema =
        options.schema === undefined ? done({ columns: {} }) : await readSchemaFile(options.schema, tools);
      if (!schema.ok) return schema;
      const request = { reference: [...operands], target, group, time, seed, maxMemoryBytes, sampledRows };
      const made = await runEngine(
        async (listen) => (await load())({ ...request, schema: schema.value }, listen),
        tools.screen,
      );
      if (!made.ok) return made;
      const written = replaceFile(path, made.value.bytes);
      return written.ok ? done(describe(made.value, options.out)) : written;
    },
  });

function describe({ bytes, rows, columns, analyzed, sampledRows }: MadeProfile, out: string) {
  const size = `${(bytes.length / 1e6).toFixed(1)} MB`;
  const facts = `${rows.toLocaleString("en")} rows, ${analyzed} of ${columns} columns analyzed, ${size}`;
  return {
    json: { file: out, rows, columns, analyzed, sampled_rows: sampledRows, bytes: bytes.length },
    out: `${out}: ${facts}`,
    notes: [
      sampledRows > 0 ? withRows(sampledRows) : WITHOUT_ROWS,
      "It names levels, and the values at quantiles.",
    ],
  };
}

/** Whole or not at all, and for its owner alone: what it tells of real rows is the owner's to share. */
function replaceFile(path: string, bytes: Uint8Array): Outcome<null, CommandFailure> {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, bytes, { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
    return done(null);
  } catch (error) {
    rmSync(draft, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    return wrongData(`${path} cannot be written: ${reason}.`, "Name a file that can be written.");
  }
}
