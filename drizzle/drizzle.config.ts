import { defineConfig } from "drizzle-kit";

/** Run from the root: `npx drizzle-kit generate --config drizzle/drizzle.config.ts --name what_changes`. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./drizzle/schema.ts",
  out: "./drizzle/migrations",
});
