/** The path of a subject's consent. The name goes to the server, which keeps only its digest. */
export const consentPath = (subject: string, tail = ""): string =>
  `/v1/consent/${encodeURIComponent(subject)}${tail}`;
