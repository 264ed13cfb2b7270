import type { Finding } from "../../contracts/gates.ts";
import type { Problem } from "../../contracts/problems.ts";

/** One problem for all rejections: the first one's gate gives the code, every one has its pointer. */
export function problemOfFindings(rejections: readonly Finding[]): Problem {
  const first = rejections[0];
  return {
    code: first === undefined ? "gate_robot_type" : `gate_${first.gate}`,
    errors: rejections.map(({ pointer, detail, rule }) => ({ pointer, detail: `${rule}: ${detail}` })),
    ...(first === undefined ? {} : { extensions: { rule: first.rule } }),
  };
}
