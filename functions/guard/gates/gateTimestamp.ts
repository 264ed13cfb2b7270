import { type Finding, finding } from "../../contracts/gates.ts";
import type { ActInput, GateContext } from "./actInput.ts";

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?$/;
const EPISODE_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const STEP_MAX = 2_147_483_647;

/** A moment, or why a text names none. */
export type Moment =
  | { readonly kind: "moment"; readonly ms: number; readonly utc: boolean }
  | { readonly kind: "unparsable" | "no_offset" };

/**
 * Reads an RFC 3339 date and time as milliseconds since 1970, cut to whole ones. Refuses what `Date.parse`
 * would bend, such as 30 February or a leap second, and what names no offset.
 */
export function parseMoment(text: string): Moment {
  const parts = RFC_3339.exec(text);
  if (!parts) return { kind: "unparsable" };
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = "", zone] = parts;
  const localMs = Date.UTC(
    +year,
    +month - 1,
    +day,
    +hour,
    +minute,
    +second,
    +fraction.padEnd(3, "0").slice(0, 3),
  );
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // Date.UTC takes years below 100 for the 20th century and lets parts overflow: both show on the way back.
  if (new Date(localMs).toISOString().slice(0, 19) !== written) return { kind: "unparsable" };
  if (zone === undefined) return { kind: "no_offset" };
  const offsetMs = parseOffsetMs(zone);
  if (offsetMs === null) return { kind: "unparsable" };
  return { kind: "moment", ms: localMs - offsetMs, utc: offsetMs === 0 };
}

function parseOffsetMs(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Judges when the observation was made, and its place in its episode. */
export function gateTimestamp(
  input: Pick<ActInput, "capturedAt" | "episodeId" | "step">,
  context: GateContext,
): Finding[] {
  return [
    ...(input.capturedAt === null ? [] : gateCapturedAt(input.capturedAt, input.episodeId, context)),
    ...gateEpisode(input.episodeId, input.step),
  ];
}

function gateCapturedAt(
  capturedAt: string,
  episodeId: string | null,
  { nowMs, limits }: GateContext,
): Finding[] {
  const pointer = "/captured_at";
  const moment = parseMoment(capturedAt);
  if (moment.kind !== "moment") return [finding(`timestamp.${moment.kind}`, pointer)];
  const findings: Finding[] = [];
  const ageMs = nowMs - moment.ms;
  if (ageMs > limits.CAPTURED_AT_MAX_AGE_MS) {
    const detail = `The observation is ${ageMs} ms old; ${limits.CAPTURED_AT_MAX_AGE_MS} ms are allowed.`;
    findings.push(finding("timestamp.too_old", pointer, detail));
  }
  if (-ageMs > limits.CAPTURED_AT_MAX_AHEAD_MS) {
    const detail = `The observation is ${-ageMs} ms ahead; ${limits.CAPTURED_AT_MAX_AHEAD_MS} ms are allowed.`;
    findings.push(finding("timestamp.ahead_of_clock", pointer, detail));
  }
  if (!moment.utc) findings.push(finding("timestamp.not_utc", pointer));
  if (episodeId !== null && !capturedAt.includes(".")) {
    findings.push(finding("timestamp.whole_seconds", pointer));
  }
  return findings;
}

function gateEpisode(episodeId: string | null, step: number | null): Finding[] {
  const findings: Finding[] = [];
  if (episodeId !== null && !EPISODE_ID.test(episodeId)) {
    findings.push(finding("timestamp.episode_malformed", "/episode_id"));
  }
  if (step === null) return findings;
  if (episodeId === null) findings.push(finding("timestamp.step_without_episode", "/step"));
  if (!Number.isInteger(step) || step < 0 || step > STEP_MAX) {
    findings.push(finding("timestamp.step_out_of_range", "/step"));
  }
  return findings;
}
