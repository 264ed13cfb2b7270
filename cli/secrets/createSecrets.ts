import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { SECRET_SETTINGS } from "../../functions/contracts/configuration.ts";
import { done } from "../../functions/contracts/outcome.ts";
import { makeableSecrets, makeSecret } from "../../functions/guard/secrets/makeSecret.ts";
import { defineCommand } from "../command.ts";
import { wrongUsage } from "../failure.ts";
import { renderObject } from "../output/table.ts";
import { fingerprints, RANDOM } from "./secretsFile.ts";

/** `headgate secrets create`: makes every secret that a deployment can make, in a file for its owner alone. */
export const createSecretsCommand = defineCommand({
  words: "secrets create",
  summary: "Make a cell's secrets in a file; prints only fingerprints",
  options: {
    cell: z
      .string()
      .regex(/^[a-z]{2,8}[0-9]{0,2}$/, "must be a cell such as eu1")
      .default("eu1")
      .describe("the cell they are for (eu1)"),
    out: z.string().optional().describe("the file (.headgate/<cell>.secrets.json)"),
  },
  async run({ options: { cell, out } }, { cwd }) {
    const path = resolve(cwd, out ?? `.headgate/${cell}.secrets.json`);
    const names = makeableSecrets(SECRET_SETTINGS);
    const secrets = Object.fromEntries(names.map((name) => [name, makeSecret(name, RANDOM)]));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
      return wrongUsage(
        exists
          ? `${path} is there already; whoever overwrites secrets loses what they opened.`
          : `${path} cannot be written.`,
      );
    }
    const shown = await fingerprints(secrets);
    const notes = [
      `${path} holds them. Keep a copy in your vault: without it a lost Worker cannot be restored.`,
    ];
    return done({ json: { file: path, fingerprints: shown }, out: renderObject(shown), notes });
  },
});
