import { DIMENSIONS, type Dimension } from "../../contracts/metrics.ts";
import type { Finding, Report } from "../../contracts/report.ts";
import { shownNumber } from "../text/shownNumber.ts";
import { SHOWN, shownText } from "../text/shownText.ts";
import { DIMENSION_WORDS, STATUS_WORDS } from "../text/words.ts";
import { drawFinding, drawScore } from "./draw.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

/** The eight dimensions: a table of their scores, then each with its findings on the null's range. */
export function dimensionsPart(report: Report): Markup {
  return markup`<h2>Eight dimensions</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Scores"><table>
<caption>100: as the reference beside itself. The dimensions explain the verdict; they do not vote on it.</caption>
<thead><tr><th scope="col">dimension</th><th scope="col" class="bar">score</th><th scope="col" class="number">of 100</th><th scope="col">status</th></tr></thead>
<tbody>
${DIMENSIONS.map((name) => scoreRow(name, report))}
</tbody></table></div>
<p class="asks">In each picture the box is the middle 95 % of what the reference does against itself, and the dot what
the candidate does.</p>
${DIMENSIONS.map((name) => dimensionSection(name, report))}`;
}

function scoreRow(name: Dimension, { dimensions }: Report): Markup {
  const { score, status } = dimensions[name];
  const { sign, short } = STATUS_WORDS[status];
  return markup`<tr><th scope="row"><a href="#${name}">${DIMENSION_WORDS[name].title}</a></th><td class="bar">${drawScore(score)}</td><td class="number">${score === null ? "–" : Math.round(score)}</td><td class="tag ${status}">${sign} ${short}</td></tr>`;
}

function dimensionSection(name: Dimension, { dimensions }: Report): Markup {
  const { score, status, findings } = dimensions[name];
  const { sign, title } = STATUS_WORDS[status];
  const scored = score === null ? "" : `${Math.round(score)} of 100, `;
  const found =
    findings.length === 0
      ? markup`<p class="muted">${status === "not_computable" ? "It could not be computed." : "Nothing leaves the range of the reference itself."}</p>`
      : markup`<ol class="findings">
${findings.map(findingItem)}
</ol>`;
  return markup`<section class="part" id="${name}">
<div class="head"><h3>${DIMENSION_WORDS[name].title}</h3><span class="tag ${status}">${sign} ${scored}${title}</span></div>
<p class="asks">${DIMENSION_WORDS[name].asks}</p>
${found}
</section>`;
}

const findingItem = ({ says, metric, subject, value, null_low, null_high, z }: Finding): Markup =>
  markup`<li><p>${prose(says)}</p>
${drawFinding(value, null_low, null_high)}
<p class="numbers">${metric}${subject === null ? markup`` : markup` of <bdi>${shownText(subject, SHOWN.name)}</bdi>`}:
${shownNumber(value)}; reference against itself ${shownNumber(null_low)} to ${shownNumber(null_high)}; z ${shownNumber(z)}</p></li>`;
