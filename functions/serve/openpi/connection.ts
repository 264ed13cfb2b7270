import { z } from "zod";
import type { Configuration } from "../../contracts/configuration.ts";
import type { Policy } from "../../contracts/models.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import { findRobot, type Robot } from "../../contracts/robots.ts";
import { gateRobot } from "../../guard/gates/gateRobot.ts";
import { problemOfFindings } from "../../guard/gates/problemOfFindings.ts";
import type { VerifiedKey } from "../../guard/leases/verifyKey.ts";
import { choosePolicy } from "../choosePolicy.ts";

/** The session of a client that names none, and the first sign of those made up for others like it. */
export const UNNAMED_SESSION = "~";
const SESSION = /^~?[A-Za-z0-9._:-]{0,64}$/;
const EPISODE = /^[A-Za-z0-9._:-]{1,64}$/;

/** What a socket's address may say; what is none of these is refused, a key above all. */
export const socketQuerySchema = z.strictObject({
  robot_type: z
    .string()
    .max(64)
    .optional()
    .meta({ description: "Robot type of docs/robots.md; a key may have a default." }),
  model: z.string().max(128).optional(),
  subject: z
    .string()
    .regex(/^[A-Za-z0-9._:@-]{1,128}$/)
    .optional()
    .meta({ description: "Your pseudonymous name for the person whose data this is." }),
  session: z
    .string()
    .min(1)
    .regex(SESSION)
    .optional()
    .meta({ description: "Name under which a later socket of this key goes on with this episode." }),
  episode_id: z.string().regex(EPISODE).optional().meta({ description: "The episode to be in." }),
  environment: z.string().max(64).optional(),
  deadline_ms: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: "Time after which the answer to an observation is useless." }),
});
export type SocketQuery = z.infer<typeof socketQuerySchema>;

/** All that is fixed while a socket is open. */
export const connectionSchema = z.object({
  presentedKey: z.string(),
  address: z.string().nullable(),
  organizationId: z.string(),
  keyId: z.string(),
  /** Under which name the session is found again. */
  session: z.string(),
  /** Whether the client asked for that session, and so takes it from an older socket. */
  named: z.boolean(),
  robotType: z.string(),
  model: z.string(),
  subject: z.string().nullable(),
  episodeId: z.string().nullable(),
  environment: z.string().nullable(),
  deadlineMs: z.number().nullable(),
  traceparent: z.string(),
});
export type Connection = z.infer<typeof connectionSchema>;

interface Opening {
  readonly query: SocketQuery;
  readonly key: VerifiedKey;
  readonly presentedKey: string;
  readonly address: string | null;
  readonly traceparent: string;
}

interface OpeningPorts {
  readonly policies: { readonly policies: readonly Policy[] };
  readonly configuration: Pick<Configuration, "ACT_MODEL">;
}

/**
 * What a socket will be, or why there can be none: its robot and its model must be known and fit each other
 * before the first observation, because openpi's observations do not name them.
 */
export function openConnection(
  { query, key, ...peer }: Opening,
  { policies, configuration }: OpeningPorts,
): Outcome<Connection, Problem> {
  const robotType = query.robot_type ?? key.defaults.robotType ?? null;
  const model = query.model ?? key.defaults.model ?? configuration.ACT_MODEL;
  const environment = query.environment ?? null;
  const rejections = gateRobot({ robotType, actionSpace: null, environment }).filter(
    ({ severity }) => severity === "reject",
  );
  if (rejections.length > 0 || robotType === null) return failed(problemOfFindings(rejections));
  const fit = fitOf({ robotType, model }, policies.policies);
  if (!fit.ok) return fit;
  const session = query.session ?? query.episode_id ?? null;
  return done({
    ...peer,
    organizationId: key.organizationId,
    keyId: key.keyId,
    session: session ?? UNNAMED_SESSION,
    named: session !== null,
    robotType: fit.value.robot.name,
    model,
    subject: query.subject ?? null,
    episodeId: query.episode_id ?? null,
    environment,
    deadlineMs: query.deadline_ms ?? null,
  });
}

/** The robot and the policy of a connection, if that policy can move that robot. */
export function fitOf(
  { robotType, model }: Pick<Connection, "robotType" | "model">,
  policies: readonly Policy[],
): Outcome<{ readonly robot: Robot; readonly policy: Policy }, Problem> {
  const robot = findRobot(robotType);
  if (robot === null) return failed({ code: "gate_robot_type" });
  const policy = choosePolicy(model, robot, null, policies);
  return policy.ok ? done({ robot, policy: policy.value }) : policy;
}

/** The Durable Object of a session: no other organization, and no other key, can name it. */
export const sessionObjectName = (
  { organizationId, keyId }: Pick<Connection, "organizationId" | "keyId">,
  session: string,
): string => `${organizationId}:${keyId}:${session}`;

/** The organization whose session this is. */
export const organizationOfSession = (name: string): string => name.slice(0, name.indexOf(":"));

/** What episodes of this connection are called, in front of what makes each name unique. */
export const episodePrefixOf = ({ episodeId, session }: Connection): string =>
  episodeId ?? (session.startsWith(UNNAMED_SESSION) ? "openpi" : session);
