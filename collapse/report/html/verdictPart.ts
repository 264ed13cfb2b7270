import type { Report } from "../../contracts/report.ts";
import { evidenceSentence } from "../text/evidenceSentence.ts";
import { joinSome } from "../text/joinSome.ts";
import { shownNumber } from "../text/shownNumber.ts";
import { SHOWN } from "../text/shownText.ts";
import { VERDICT_WORDS } from "../text/words.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

const FILES_SHOWN = 3;

/** The verdict, and the three worst findings in plain words. */
export function verdictPart(report: Report): Markup {
  const { verdict, score, data } = report;
  const { sign, title, means } = VERDICT_WORDS[verdict];
  const files = (of: readonly string[]) => joinSome(of, FILES_SHOWN, SHOWN.name);
  const against = data.reference === null ? "no reference" : files(data.reference.files);
  const scored =
    score === null
      ? markup``
      : markup`<p><strong>Score ${shownNumber(score)} of 100</strong>, where 50 is at the margin.</p>`;
  const evidence = evidenceSentence(report);
  return markup`<header class="verdict ${verdict}">
<p class="what">Is this data safe to train on?</p>
<h1><span aria-hidden="true">${sign}</span> ${title}</h1>
<p>${means}</p>
${scored}
<p class="muted"><bdi>${files(data.candidate.files)}</bdi>, against <bdi>${against}</bdi></p>
${evidence === null ? markup`` : markup`<p class="muted">${evidence}</p>`}
</header>
${worstFindings(report)}`;
}

function worstFindings({ summary }: Report): Markup {
  if (summary.length === 0) return markup``;
  const items = summary.slice(0, 3).map((sentence) => markup`<li>${prose(sentence)}</li>`);
  return markup`<h2>Worst findings</h2>
<ol class="worst">
${items}
</ol>`;
}
