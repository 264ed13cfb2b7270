import { createHash } from "node:crypto";
import type { Report } from "../contracts/report.ts";
import { columnsPart, dataPart } from "./html/dataPart.ts";
import { dimensionsPart } from "./html/dimensionsPart.ts";
import { harmPart } from "./html/harmPart.ts";
import { Markup, markup } from "./html/markup.ts";
import { recommendationsPart } from "./html/recommendationsPart.ts";
import { rowsPart } from "./html/rowsPart.ts";
import { STYLE } from "./html/style.ts";
import { verdictPart } from "./html/verdictPart.ts";
import { VERDICT_WORDS } from "./text/words.ts";

/** Nothing is loaded and nothing runs; of styles only the page's own. */
const POLICY =
  `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; ` +
  "base-uri 'none'; form-action 'none'";

/**
 * A report as one HTML page that needs nothing else: under 2 MB whatever the tables hold, light and dark, printable,
 * and readable without color. Every name in it is somebody else's, and escaped.
 */
export function writeHtml(report: Report): string {
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<title>${VERDICT_WORDS[report.verdict].title}: Headgate check</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${verdictPart(report)}
${harmPart(report)}
${rowsPart(report)}
${recommendationsPart(report)}
${dimensionsPart(report)}
${columnsPart(report)}
${dataPart(report)}
</main>
<footer>Headgate check. Different is not collapsed: a set is collapsed only if it differs from the reference beyond
chance and its harm exceeds the margin.</footer>
</body>
</html>
`;
  return page.text;
}
