import type { FeedbackRequest } from "../../contracts/feedbackRequest.ts";
import { stableJson } from "../../contracts/stableJson.ts";
import { createHmac } from "../../guard/identity/hmac.ts";

/**
 * Digest of what was said of what: organization, link, type and content, without the time. Keyed with `secret`
 * (32 bytes in base64url): a plain hash of a short comment that may not be kept would give it away.
 */
export function contentOf(organizationId: string, request: FeedbackRequest, secret: string): Promise<string> {
  const { occurred_at: _, ...content } = request;
  return createHmac(secret)(stableJson(["feedback", organizationId, content]));
}
