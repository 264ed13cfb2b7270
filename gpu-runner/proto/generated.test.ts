import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const RUNNER = fileURLToPath(new URL("..", import.meta.url));
const BIN = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));

const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]),
  );

it("the code in generated/ is what `npm run protos` makes of the .proto files", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-protos-"));
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` };
  execFileSync(join(BIN, "buf"), ["generate", "--output", folder], { cwd: RUNNER, env });
  expect(filesOf(join(folder, "generated"))).toEqual(filesOf(join(RUNNER, "generated")));
  rmSync(folder, { recursive: true });
});
