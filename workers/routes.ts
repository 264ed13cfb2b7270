import type { Endpoint } from "./http/endpoint.ts";
import { actEndpoint } from "./routes/act.ts";
import { consentHistoryEndpoint, readConsentEndpoint, setConsentEndpoint } from "./routes/consent.ts";
import { docsEndpoints } from "./routes/docs.ts";
import { healthEndpoints, liveEndpoint } from "./routes/health.ts";
import { listInferencesEndpoint, readInferenceEndpoint } from "./routes/inferences.ts";
import { createKeyEndpoint, revokeKeyEndpoint } from "./routes/keys.ts";
import { metricsEndpoint } from "./routes/metrics.ts";
import { modelsEndpoint } from "./routes/models.ts";
import { changeOrganizationEndpoint } from "./routes/organization.ts";
import { replayEndpoint } from "./routes/replay.ts";

/** Every route of the API. The app, the OpenAPI document and the tests read this table. */
export const ENDPOINTS: readonly Endpoint[] = [
  actEndpoint,
  modelsEndpoint,
  createKeyEndpoint,
  revokeKeyEndpoint,
  readConsentEndpoint,
  setConsentEndpoint,
  consentHistoryEndpoint,
  changeOrganizationEndpoint,
  listInferencesEndpoint,
  readInferenceEndpoint,
  replayEndpoint,
  ...healthEndpoints,
  liveEndpoint,
  metricsEndpoint,
  ...docsEndpoints(() => ENDPOINTS),
];
