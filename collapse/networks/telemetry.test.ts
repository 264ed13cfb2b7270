import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const CODE = `
  const { gramOfFeatures } = await import(process.argv[1]);
  const one = Float64Array.of(1);
  const map = { inputs: 1, features: 1, weights: one, shifts: one };
  if (gramOfFeatures({ rows: 1, values: one }, map, one) === null) process.exit(3);
`;

test("the runtime keeps no diary of its use, of which it would report", () => {
  const folder = mkdtempSync(join(tmpdir(), "headgate-"));
  const { ORT_DISABLE_TELEMETRY: _, CI: __, ...environment } = process.env;
  const graphs = new URL("./featureGraphs.ts", import.meta.url).href;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", CODE, graphs], {
    env: { ...environment, TMPDIR: folder, HOME: folder },
    encoding: "utf8",
  });
  expect([ended.status, ended.stderr]).toEqual([0, ""]);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
