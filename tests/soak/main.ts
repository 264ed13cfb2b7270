import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { type KillResult, soakKills } from "./kill.ts";

const COLUMNS: readonly (readonly [title: string, cell: (result: KillResult) => string | number])[] = [
  ["killed, twice", ({ killed }) => killed],
  ["calls", ({ calls }) => calls],
  ["without an answer", ({ unanswered }) => unanswered],
  ["`recorded: true`", ({ recorded }) => recorded],
  ["rows", ({ rows }) => rows],
  ["missing", ({ missing }) => missing],
  ["doubled", ({ doubled }) => doubled],
  ["wrong id", ({ misnamed }) => misnamed],
  ["somebody else's", ({ strangers }) => strangers],
  ["seconds", ({ seconds }) => seconds],
];

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

/** The results as the page that is committed. */
function resultsPage(results: readonly KillResult[]): string {
  const [cpu] = cpus();
  return `# Soak: kill -9 under load

\`npm run soak\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpu?.model ?? "unknown CPU"}.

Against \`npm start\`, sixteen connections of two organizations call \`POST /v1/act\` until 2,000 calls are served; a third and two thirds through, a process gets SIGKILL. The clients repeat nothing. Rows are counted by SQL as the owner, and by paging \`GET /v1/inferences\` as each organization. A row without an answer is a call whose connection died behind its record.

${line(COLUMNS.map(([title]) => title))}
${line(COLUMNS.map((_, index) => (index === 0 ? "---" : "--:")))}
${results.map((result) => line(COLUMNS.map(([, cell]) => cell(result)))).join("\n")}
`;
}

const isClean = ({ recorded, missing, doubled, misnamed, strangers }: KillResult): boolean =>
  recorded > 0 && missing + doubled + misnamed + strangers === 0;

/** `npm run soak`: the long proofs. Writes RESULTS.md beside it; ends with 1 when one does not hold. */
const results = await soakKills((text) => console.log(text));
writeFileSync(fileURLToPath(new URL("RESULTS.md", import.meta.url)), resultsPage(results));
console.log(resultsPage(results));
process.exit(results.every(isClean) ? 0 : 1);
