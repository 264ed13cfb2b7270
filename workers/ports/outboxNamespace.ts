import type { Configuration } from "../../functions/contracts/configuration.ts";
import type { Environment } from "../services.ts";

/** The outboxes of this cell. Within a jurisdiction a name means another object than without. */
export const outboxNamespace = (
  { OUTBOX }: Pick<Environment, "OUTBOX">,
  { JURISDICTION: jurisdiction }: Pick<Configuration, "JURISDICTION">,
): Environment["OUTBOX"] => (jurisdiction === "none" ? OUTBOX : OUTBOX.jurisdiction(jurisdiction));
