import { createHmac, sha256Hex } from "../identity/hmac.ts";

/** The digest of no subject: person-free streams. */
export const PERSON_FREE = "";

/** A person as Headgate knows them: never by the caller's name for them, which is stored nowhere. */
export interface Subject {
  /** HMAC-SHA-256 of the caller's name under SUBJECT_SECRET, hexadecimal; '' for person-free streams. */
  readonly digest: string;
  /** SHA-256 of `<organization>:<digest>`: differs between organizations; '' for person-free streams. */
  readonly ref: string;
}

/** Makes the function that digests callers' names of people under SUBJECT_SECRET. */
export function createSubjectDigester(secret: string): (subject: string | null) => Promise<string> {
  const hmac = createHmac(secret);
  return async (subject) => (subject === null ? PERSON_FREE : hmac(subject));
}

/** The reference under which an organization's tables know that digest. */
export const subjectRefOf = async (organizationId: string, digest: string): Promise<string> =>
  digest === PERSON_FREE ? PERSON_FREE : sha256Hex(`${organizationId}:${digest}`);
