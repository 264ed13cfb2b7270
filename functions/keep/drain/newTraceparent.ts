import { toHex } from "../../contracts/toHex.ts";
import { makeTraceparent } from "../../observe/trace.ts";
import type { DrainPorts } from "./drainPorts.ts";

/** A trace of its own for a call that no request waits for. */
export const newTraceparent = ({ random }: Pick<DrainPorts, "random">): string =>
  makeTraceparent({ traceId: toHex(random.bytes(16)), spanId: toHex(random.bytes(8)), sampled: false });
