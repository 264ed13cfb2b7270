/** A Markdown table; a cell may hold any text but a line break. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A page out of its parts, with the line that says where it comes from. */
export const page = (title: string, source: string, ...parts: readonly string[]): string =>
  [
    `# ${title}`,
    `<!-- Generated from ${source} by \`npm run docs\`; edit the table, not this page. -->`,
    ...parts,
  ]
    .join("\n\n")
    .concat("\n");
