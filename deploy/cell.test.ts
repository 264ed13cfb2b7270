import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterAll, expect, test } from "vitest";
import { readCell } from "./cell.ts";
import { writeWorkerConfig } from "./workerConfig.ts";

const folder = mkdtempSync(join(tmpdir(), "headgate-cells-"));
afterAll(() => rmSync(folder, { recursive: true }));
const ours = readFileSync(new URL("./cells/eu1.toml", import.meta.url), "utf8");

const read = (change: (text: string) => string) => {
  writeFileSync(join(folder, "eu1.toml"), change(ours));
  return readCell("eu1", `${folder}/`);
};

test.each([
  ["a secret", (text: string) => `${text}SUBJECT_SECRET = "x"\n`, "SUBJECT_SECRET is a secret"],
  [
    "a setting that nobody reads",
    (text: string) => `${text}OUTBOX_SHARD = "2"\n`,
    "OUTBOX_SHARD is no setting",
  ],
  [
    "a value that the Worker refuses",
    (text: string) => `${text}LEASE_MS = "5000"\n`,
    "settings.LEASE_MS Too big",
  ],
  ["its own name as a setting", (text: string) => `${text}CELL = "us1"\n`, "CELL follows from the cell"],
  [
    "an unknown jurisdiction",
    (text: string) => text.replace('= "eu"', '= "mars"'),
    "jurisdiction Invalid option",
  ],
  [
    "another cell's name",
    (text: string) => text.replace('cell = "eu1"', 'cell = "eu2"'),
    "describes the cell eu2",
  ],
  ["half a line", (text: string) => `${text}[`, "is wrong"],
])("a cell's file may not hold %s", (_, change, why) => {
  expect(read(change)).toMatchObject({ ok: false, failure: { why: expect.stringContaining(why) } });
});

test("a cell's Worker has what is its own, and everything else as the repository says", () => {
  const certificate = "6f9619ff-8b86-4d01-b42d-00c04fc964ff";
  const cell = read((text) =>
    text.replace("[settings]", `runner_certificate_id = "${certificate}"\n[settings]`),
  );
  if (!cell.ok) throw new Error(cell.failure.why);
  const written: unknown = parse(readFileSync(writeWorkerConfig(cell.value).path, "utf8"));
  const base: unknown = parse(readFileSync(new URL("../wrangler.toml", import.meta.url), "utf8"));
  expect(written).toMatchObject({
    name: "headgate-eu1",
    main: "../../../workers/edge.ts",
    routes: [{ pattern: "eu1.headgate.example", custom_domain: true }],
    vars: { CELL: "eu1", JURISDICTION: "eu", RETENTION_BODIES_DAYS: "90" },
    r2_buckets: [{ binding: "BLOBS", bucket_name: "headgate-eu1", jurisdiction: "eu" }],
    placement: { region: "aws:eu-central-1" },
    mtls_certificates: [{ binding: "RUNNER_MTLS", certificate_id: certificate }],
  });
  const shared = [
    "compatibility_date",
    "durable_objects",
    "migrations",
    "triggers",
    "limits",
    "observability",
  ];
  for (const name of shared) expect(written).toHaveProperty(name, Reflect.get(Object(base), name));
});
