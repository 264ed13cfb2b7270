import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import { refuseText } from "../../guard/gates/gateInstruction.ts";
import { problemOfFindings } from "../../guard/gates/problemOfFindings.ts";
import type { SearchRequest } from "./schema.ts";
import type { SearchPorts } from "./searchPorts.ts";

/** Gates the text of a search like an instruction to act on: what may not be kept finds nothing that is. */
export function gateQuery(
  { text }: Pick<SearchRequest, "text">,
  { configuration, meter }: Pick<SearchPorts, "configuration" | "meter">,
): Outcome<undefined, Problem> {
  const rejections =
    text === undefined ? [] : refuseText(text, configuration.INSTRUCTION_MAX_CHARACTERS, "/text");
  for (const { gate, rule } of rejections) meter.count("headgate_gate_rejections_total", { gate, rule });
  return rejections.length === 0 ? done(undefined) : failed(problemOfFindings(rejections));
}
