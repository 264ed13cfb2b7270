import { resolve } from "node:path";
import { configurationSchema } from "../../functions/contracts/configuration.ts";
import { done } from "../../functions/contracts/outcome.ts";
import { prependPepper } from "../../functions/guard/secrets/makeSecret.ts";
import { defineCommand } from "../command.ts";
import { wrongUsage } from "../failure.ts";
import { replacePrivately } from "../files.ts";
import { renderObject } from "../output/table.ts";
import { fingerprints, RANDOM, readSecretsFile } from "./secretsFile.ts";

/** `headgate secrets rotate-pepper <file>`: puts a new pepper before the others. */
export const rotatePepperCommand = defineCommand({
  words: "secrets rotate-pepper",
  operands: ["file"],
  summary: "Put a new pepper before the others in a file of secrets",
  options: {},
  async run({ operands: [file = ""] }, { cwd }) {
    const path = resolve(cwd, file);
    const secrets = readSecretsFile(path);
    if (!secrets.ok) return secrets;
    const { KEY_PEPPERS: peppers = "" } = secrets.value;
    if (!configurationSchema.shape.KEY_PEPPERS.safeParse(peppers).success)
      return wrongUsage(`${file} holds no KEY_PEPPERS.`);
    const rotated = { ...secrets.value, KEY_PEPPERS: prependPepper(peppers, RANDOM) };
    replacePrivately(path, `${JSON.stringify(rotated, null, 2)}\n`);
    const { KEY_PEPPERS: shown } = await fingerprints(rotated);
    const notes = [
      "Send it to the cell: npm run deploy -- --cell <cell> --secrets <file> --replace KEY_PEPPERS",
    ];
    return done({
      json: { file: path, fingerprints: { KEY_PEPPERS: shown } },
      out: renderObject({ KEY_PEPPERS: shown }),
      notes,
    });
  },
});
