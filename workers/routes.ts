import type { Endpoint } from "./http/endpoint.ts";
import { actEndpoint } from "./routes/act.ts";
import { listAuditEndpoint, verifyAuditEndpoint } from "./routes/audit.ts";
import {
  consentHistoryEndpoint,
  consentReceiptEndpoint,
  personFreeEndpoints,
  readConsentEndpoint,
  setConsentEndpoint,
} from "./routes/consent.ts";
import { docsEndpoints } from "./routes/docs.ts";
import { embeddingsEndpoint } from "./routes/embeddings.ts";
import {
  changeFeedbackEndpoint,
  feedbackStatsEndpoint,
  listFeedbackEndpoint,
  readFeedbackEndpoint,
  removeFeedbackEndpoint,
  submitFeedbackEndpoint,
} from "./routes/feedback.ts";
import { healthEndpoints, liveEndpoint } from "./routes/health.ts";
import { inferenceProtocolEndpoints } from "./routes/inferenceProtocol.ts";
import { listInferencesEndpoint, readInferenceEndpoint } from "./routes/inferences.ts";
import { jwksEndpoint } from "./routes/jwks.ts";
import {
  createKeyEndpoint,
  listKeysEndpoint,
  readKeyEndpoint,
  revokeKeyEndpoint,
  rotateKeyEndpoint,
} from "./routes/keys.ts";
import { readLimitsEndpoint, setLimitsEndpoint } from "./routes/limits.ts";
import { metricsEndpoint } from "./routes/metrics.ts";
import { modelsEndpoint } from "./routes/models.ts";
import { listNoticesEndpoint, readNoticeEndpoint, registerNoticeEndpoint } from "./routes/notices.ts";
import { openVlaEndpoint } from "./routes/openvla.ts";
import { changeOrganizationEndpoint, readOrganizationEndpoint } from "./routes/organization.ts";
import { foundOrganizationEndpoint } from "./routes/organizations.ts";
import { replayEndpoint } from "./routes/replay.ts";
import { searchEndpoint } from "./routes/search.ts";
import { healthzEndpoint, rootSocketEndpoint, socketEndpoint } from "./routes/sockets.ts";

/** Every route of the API. The app, the OpenAPI document and the tests read this table. */
export const ENDPOINTS: readonly Endpoint[] = [
  actEndpoint,
  openVlaEndpoint,
  socketEndpoint,
  rootSocketEndpoint,
  embeddingsEndpoint,
  modelsEndpoint,
  foundOrganizationEndpoint,
  createKeyEndpoint,
  listKeysEndpoint,
  readKeyEndpoint,
  rotateKeyEndpoint,
  revokeKeyEndpoint,
  readConsentEndpoint,
  setConsentEndpoint,
  consentHistoryEndpoint,
  consentReceiptEndpoint,
  ...personFreeEndpoints,
  readOrganizationEndpoint,
  changeOrganizationEndpoint,
  readLimitsEndpoint,
  setLimitsEndpoint,
  listInferencesEndpoint,
  readInferenceEndpoint,
  searchEndpoint,
  submitFeedbackEndpoint,
  listFeedbackEndpoint,
  feedbackStatsEndpoint,
  readFeedbackEndpoint,
  changeFeedbackEndpoint,
  removeFeedbackEndpoint,
  replayEndpoint,
  ...healthEndpoints,
  liveEndpoint,
  healthzEndpoint,
  metricsEndpoint,
  registerNoticeEndpoint,
  listNoticesEndpoint,
  readNoticeEndpoint,
  listAuditEndpoint,
  verifyAuditEndpoint,
  jwksEndpoint,
  ...inferenceProtocolEndpoints,
  ...docsEndpoints(() => ENDPOINTS),
];
