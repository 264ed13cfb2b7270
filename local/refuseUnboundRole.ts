import { assertBoundRole } from "../drizzle/assertBoundRole.ts";
import { readConfiguration } from "../functions/contracts/configuration.ts";
import { openDatabase } from "./openDatabase.ts";
import { StartError } from "./supervise/startError.ts";

/**
 * Refuses to start while the Worker's own database role is one that row-level security does not bind: the
 * second wall between organizations would not be there.
 */
export async function refuseUnboundRole(bindings: Readonly<Record<string, string>>): Promise<void> {
  const bound = await assertBoundRole(openDatabase(readConfiguration(bindings)));
  if (!bound.ok) throw new StartError(bound.failure.detail);
}
