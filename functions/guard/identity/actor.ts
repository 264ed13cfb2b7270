import { SCOPES } from "../../contracts/scopes.ts";

/** Who asks for a change: the id that the audit log names, and what they may hand on. */
export interface Actor {
  readonly id: string;
  readonly scopes: readonly string[];
}

/** The operator of the deployment itself: the start script, the command line. */
export const PLATFORM_ACTOR: Actor = { id: "platform", scopes: SCOPES };
