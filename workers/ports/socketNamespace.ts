import type { Configuration } from "../../functions/contracts/configuration.ts";
import type { Environment } from "../services.ts";

/** The sessions of this cell's sockets; they stay in the jurisdiction where its outboxes are. */
export const socketNamespace = (
  { SOCKET }: Pick<Environment, "SOCKET">,
  { JURISDICTION: jurisdiction }: Pick<Configuration, "JURISDICTION">,
): Environment["SOCKET"] => (jurisdiction === "none" ? SOCKET : SOCKET.jurisdiction(jurisdiction));
