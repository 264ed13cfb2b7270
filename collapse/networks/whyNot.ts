import { probeGraph } from "./mlpGraphs.ts";
import { openSession, type Provider } from "./session.ts";

/** Why no graph can run on the provider, in the runtime's words; null where one can: it is tried. */
export function whyNot(provider: Provider): string | null {
  try {
    const session = openSession(probeGraph(), provider);
    const { y } = session.run({ x: { data: Float32Array.of(1, 2), dims: [2] } });
    session.close();
    return y?.data[1] === 4 ? null : "one plus one is wrong there";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The runtime's reason without the place in its source code.
    return (reason.split("\n")[0] ?? "").replace(/^.* was false\. /, "").slice(0, 200);
  }
}
