import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const root = join(folder, "..");
// Inside the root, so that packages resolve; `.build` is never committed.
mkdirSync(join(root, ".build"), { recursive: true });
const copy = mkdtempSync(join(root, ".build", "drift-"));
afterAll(() => rmSync(copy, { recursive: true }));

/**
 * What drizzle-kit would add to a copy of the migrations. It exits 0 even where it did nothing because it
 * wanted to ask something, so its answer must say that there are no changes.
 */
function generate(): string {
  const drizzleKit = join(root, "node_modules", "drizzle-kit", "bin.cjs");
  const settings = { dialect: "postgresql", schema: "./schema.ts", out: "./migrations" };
  writeFileSync(join(copy, "drizzle.config.json"), JSON.stringify(settings));
  return execFileSync(process.execPath, [drizzleKit, "generate", "--config", "drizzle.config.json"], {
    cwd: copy,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

test("the migrations are what the Drizzle schema says, and a change of it without one is noticed", () => {
  for (const name of [
    "migrations",
    "schema.ts",
    "walls.ts",
    "guard.ts",
    "keep.ts",
    "embed.ts",
    "observe.ts",
    "rights.ts",
  ])
    cpSync(join(folder, name), join(copy, name), { recursive: true });
  expect(generate()).toContain("No schema changes, nothing to migrate");
  appendFileSync(
    join(copy, "rights.ts"),
    '\nexport const planted = pgTable("planted", { id: uuid().primaryKey() });\n',
  );
  expect(generate()).not.toContain("No schema changes");
});

test("every migration has its way back, and no SQL that older servers lack", () => {
  const names = readdirSync(join(folder, "migrations")).filter((name) => name.endsWith(".sql"));
  const ups = names.filter((name) => !name.endsWith(".down.sql"));
  expect(ups.length).toBeGreaterThan(0);
  expect(names.filter((name) => name.endsWith(".down.sql"))).toEqual(
    ups.map((name) => name.replace(".sql", ".down.sql")),
  );
  for (const name of names)
    expect(readFileSync(join(folder, "migrations", name), "utf8"), name).not.toMatch(
      /uuidv7\(|\bVIRTUAL\b|RETURNING (OLD|NEW)\b|NULLS NOT DISTINCT|security_invoker|WITHOUT OVERLAPS/i,
    );
});
