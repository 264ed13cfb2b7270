import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("RESULTS.md", import.meta.url));

type Column<Result> = readonly [title: string, cell: (result: Result) => string | number];

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

/** Results as a table of Markdown; numbers stand at the right. */
export const table = <Result>(columns: readonly Column<Result>[], results: readonly Result[]): string =>
  [
    line(columns.map(([title]) => title)),
    line(columns.map((_, index) => (index === 0 ? "---" : "--:"))),
    ...results.map((result) => line(columns.map(([, cell]) => cell(result)))),
  ].join("\n");

/** When and on what a proof ran, and how busy others kept the machine meanwhile. */
export function circumstances(command: string): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? "unknown CPU"}`;
  const load = `load average ${loadavg()[1]?.toFixed(1)} at the end`;
  return `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${machine}, ${load}.`;
}

/** Puts one proof's section into RESULTS.md, in the place of what it said before. */
export function writeSection(heading: string, body: string): void {
  const section = `# Soak: ${heading}\n\n${body.trim()}\n`;
  const before = readFileSync(PAGE, "utf8").split(/^(?=# Soak: )/m);
  const isOld = (text: string): boolean => text.startsWith(`# Soak: ${heading}\n`);
  const sections = before.some(isOld)
    ? before.map((text) => (isOld(text) ? section : text))
    : [...before, section];
  writeFileSync(PAGE, `${sections.map((text) => text.trim()).join("\n\n")}\n`);
  console.log(section);
}
