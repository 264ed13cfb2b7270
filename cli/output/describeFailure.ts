import { styleText } from "node:util";
import type { CommandFailure, ServerProblem } from "../failure.ts";
import { printable } from "./table.ts";

/** Says a failure for people: of a problem its title, detail, pointers, and what to do. */
export function describeFailure(failure: CommandFailure, colored: boolean): string {
  const style = (format: "red" | "bold", text: string) =>
    colored ? styleText(format, text, { validateStream: false }) : text;
  if (failure.kind === "data")
    return `${style("red", "error:")} ${printable(failure.sentence)}\n${style("bold", "fix:")} ${printable(failure.fix)}`;
  if (failure.kind !== "refused") return style("red", failure.sentence);
  const { title, status, detail, errors, fix } = failure.problem;
  return [
    style("red", `${title} (${status})`),
    ...(detail === undefined || detail === title ? [] : [detail]),
    ...errors.map((error) => `  ${error.pointer || "/"}  ${error.detail}`),
    ...(fix === undefined ? [] : [`${style("bold", "Fix:")} ${fix}`]),
    ...instanceOf(failure.problem),
  ].join("\n");
}

/** Names the request in the server's logs, where the server is at fault. */
const instanceOf = ({ status, body }: ServerProblem): string[] =>
  status === 500 && typeof body === "object" && body !== null && "instance" in body
    ? [`Instance: ${String(body.instance)}`]
    : [];
