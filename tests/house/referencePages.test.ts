import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { GENERATED_PAGES } from "../../docs/generate.ts";

it.each(GENERATED_PAGES)(
  "commits $path as its table renders it; otherwise run `npm run docs`",
  async (page) => {
    const committed = await readFile(new URL(`../../${page.path}`, import.meta.url), "utf8");
    expect(committed).toBe(await page.render());
  },
);
