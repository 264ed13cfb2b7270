import { createOrganizationCommand } from "./admin/createOrganization.ts";
import { listAuditCommand } from "./admin/listAudit.ts";
import { readLimitsCommand } from "./admin/readLimits.ts";
import { replayCommand } from "./admin/replay.ts";
import { setLimitsCommand } from "./admin/setLimits.ts";
import { verifyAuditCommand } from "./admin/verifyAudit.ts";
import { createCheckCommand } from "./check/checkCommand.ts";
import type { Command } from "./command.ts";
import { createCompareCommand } from "./compare/compareCommand.ts";
import { getConsentCommand } from "./consent/getConsent.ts";
import { consentHistoryCommand } from "./consent/listHistory.ts";
import { consentReceiptCommand } from "./consent/printReceipt.ts";
import { setConsentCommand } from "./consent/setConsent.ts";
import { verifyReceiptCommand } from "./consent/verifyReceipt.ts";
import { explainCommand } from "./explain/explainCommand.ts";
import { createFixCommand } from "./fix/fixCommand.ts";
import { createKeyCommand } from "./keys/createKey.ts";
import { listKeysCommand } from "./keys/listKeys.ts";
import { revokeKeyCommand } from "./keys/revokeKey.ts";
import { rotateKeyCommand } from "./keys/rotateKey.ts";
import { showKeyCommand } from "./keys/showKey.ts";
import { CATALOG } from "./models/catalog.ts";
import { createListCommand, createPullCommand } from "./models/pullModel.ts";
import { withObjects } from "./objects/withObjects.ts";
import { createProfileCommand } from "./profile/profileCommand.ts";
import { createSecretsCommand } from "./secrets/createSecrets.ts";
import { rotatePepperCommand } from "./secrets/rotatePepper.ts";

/** Every command. The parser, the help and docs/cli.md's test read this table. */
export const COMMANDS: readonly Command[] = [
  createCheckCommand(async () => withObjects((await import("../collapse/index.ts")).check)),
  createFixCommand(async () => withObjects((await import("../collapse/index.ts")).fix)),
  createCompareCommand(async () => withObjects((await import("../collapse/index.ts")).compare)),
  explainCommand,
  createProfileCommand(async () => withObjects((await import("../collapse/index.ts")).profile)),
  listKeysCommand,
  createKeyCommand,
  showKeyCommand,
  rotateKeyCommand,
  revokeKeyCommand,
  getConsentCommand,
  setConsentCommand,
  consentHistoryCommand,
  consentReceiptCommand,
  verifyReceiptCommand,
  createListCommand(CATALOG),
  createPullCommand(CATALOG),
  createSecretsCommand,
  rotatePepperCommand,
  createOrganizationCommand,
  readLimitsCommand,
  setLimitsCommand,
  listAuditCommand,
  verifyAuditCommand,
  replayCommand,
];
