import { readFile, writeFile } from "node:fs/promises";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { renderConfigurationPage, renderEnvironmentExample } from "./pages/configuration.ts";
import { renderErrorsPage } from "./pages/errors.ts";
import { renderGatesPage } from "./pages/gates.ts";
import { renderMetricsPage } from "./pages/metrics.ts";
import { renderRobotsPage } from "./pages/robots.ts";

/** A page that is written from a closed table, and never by hand. */
interface GeneratedPage {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

export const GENERATED_PAGES: readonly GeneratedPage[] = [
  { path: "docs/metrics.md", render: renderMetricsPage },
  { path: "docs/configuration.md", render: renderConfigurationPage },
  { path: "docs/errors.md", render: renderErrorsPage },
  { path: "docs/robots.md", render: renderRobotsPage },
  { path: "docs/gates.md", render: renderGatesPage },
  { path: ".env.example", render: renderEnvironmentExample },
];

/** Writes every generated page whose content has changed, and says which. */
async function writePages(): Promise<void> {
  for (const { path, render } of GENERATED_PAGES) {
    const file = new URL(`../${path}`, import.meta.url);
    const text = await render();
    const before = await readFile(file, "utf8").catch(() => null);
    if (before === text) continue;
    await writeFile(file, text);
    console.log(`wrote ${path}`);
  }
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) await writePages();
