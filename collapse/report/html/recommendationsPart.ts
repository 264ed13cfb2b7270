import type { Recommendation } from "../../contracts/recommendations.ts";
import type { Report } from "../../contracts/report.ts";
import { factsSentence } from "../text/recommendationWords.ts";
import { drawChange } from "./drawChange.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

/** What may be done about the set: each action with harm before and after it, on the margin. */
export function recommendationsPart({ recommendations }: Report): Markup {
  if (recommendations === null || recommendations.length === 0) return markup``;
  return markup`<h2>What to do</h2>
<p class="asks">Each was tried on a sample: the models that measured harm were trained again on the changed set. Harm is
in margins, so the dashed line is 1; the hollow dot is the set as it is, the full one the changed set, the bar the
middle 90 % of its pairs. <code>headgate fix --apply</code> takes the numbers.</p>
<section class="part"><ul class="findings">
${recommendations.map(recommendationItem)}
</ul></section>`;
}

function recommendationItem(one: Recommendation): Markup {
  const facts = factsSentence(one);
  return markup`<li><div class="head"><strong>${one.id}. ${prose(one.says)}</strong>
${tagOf(one)}</div>
${one.after === null ? markup`` : drawChange(one.before.value, one.after)}
${facts === null ? markup`` : markup`<p class="numbers">${facts}</p>`}</li>`;
}

function tagOf({ action, helps, after }: Recommendation): Markup {
  if (action === "stop") return markup``;
  if (helps) return markup`<span class="tag ok">✓ helps</span>`;
  return markup`<span class="tag muted">${after === null ? "– not tried" : "– does not surely help"}</span>`;
}
