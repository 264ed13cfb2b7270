import { z } from "zod";

/** What a key may do, `resource:action`. Deny by default: a route names the one scope it needs. */
export const SCOPES = [
  "act:invoke",
  "embeddings:create",
  "models:read",
  "inferences:read",
  "inferences:write",
  "feedback:read",
  "feedback:write",
  "feedback:triage",
  "consent:read",
  "consent:write",
  "keys:read",
  "keys:write",
  "organization:read",
  "organization:write",
  "limits:read",
  "limits:write",
  "audit:read",
  "metrics:read",
  "runner:infer",
  "records:replay",
  "platform:admin",
] as const;

export const scopeSchema = z.enum(SCOPES);
export type Scope = z.infer<typeof scopeSchema>;

const VIEWER: readonly Scope[] = [
  "models:read",
  "inferences:read",
  "feedback:read",
  "consent:read",
  "organization:read",
];
const MEMBER: readonly Scope[] = [
  ...VIEWER,
  "act:invoke",
  "embeddings:create",
  "inferences:write",
  "feedback:write",
];
const OPERATOR: readonly Scope[] = [
  ...MEMBER,
  "feedback:triage",
  "keys:read",
  "limits:read",
  "runner:infer",
  "records:replay",
];
const PRIVACY: readonly Scope[] = [...VIEWER, "consent:write", "audit:read"];
/** What reaches beyond one organization: `metrics:read` shows the whole cell. Keys of the platform alone have these. */
const BEYOND: readonly Scope[] = ["platform:admin", "metrics:read"];
const ADMIN: readonly Scope[] = SCOPES.filter((scope) => !BEYOND.includes(scope));

/** Roles are names for sets of scopes; a key stores the scopes, expanded. */
export const ROLES = {
  viewer: VIEWER,
  member: MEMBER,
  operator: OPERATOR,
  privacy: PRIVACY,
  admin: ADMIN,
} as const satisfies Record<string, readonly Scope[]>;

export const roleSchema = z.enum(["viewer", "member", "operator", "privacy", "admin"]);
export type Role = z.infer<typeof roleSchema>;
