import { open } from "node:fs/promises";
import { AwsClient } from "aws4fetch";
import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import { done, failed, type Outcome } from "../../collapse/contracts/outcome.ts";
import type { Environment } from "../command.ts";
import { objectAddress } from "./objectAddress.ts";

export interface FetchLimits {
  readonly mostBytes: number;
  /** Of the whole object, and of silence in it. */
  readonly deadlineMs: number;
  readonly silenceMs: number;
}

export const FETCH_LIMITS: FetchLimits = {
  mostBytes: 64 * 1024 ** 3,
  deadlineMs: 60 * 60_000,
  silenceMs: 30_000,
};

/**
 * Brings an object to `path` by one signed request, in flat memory. Failures: `file_not_found`, `file_unreadable`
 * (refused, too large, too slow, cut short), `bad_option` (no credentials, no key).
 */
export async function fetchObject(
  name: string,
  path: string,
  environment: Environment,
  limits: FetchLimits = FETCH_LIMITS,
): Promise<Outcome<null, CheckFailure>> {
  const address = objectAddress(name, environment);
  if (address === null)
    return failed(failure("bad_option", name, "is no bucket and key", "Name it s3://bucket/key."));
  const accessKeyId = environment.AWS_ACCESS_KEY_ID;
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY;
  if (!accessKeyId || !secretAccessKey)
    return failed(failure("bad_option", name, "needs credentials", CREDENTIALS));
  const sessionToken = environment.AWS_SESSION_TOKEN;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    service: "s3",
    region: address.region,
    retries: 2,
  });
  const silence = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(limits.deadlineMs), silence.signal]);
  const timer = setTimeout(() => silence.abort(), limits.silenceMs);
  try {
    // A redirect could lead anywhere, with the request's signature.
    const response = await client.fetch(address.url, { signal, redirect: "manual" });
    const refusal = refusalOf(response, name, limits);
    if (refusal !== null) {
      await response.body?.cancel();
      return failed(refusal);
    }
    return await write(response, { name, path, limits, heard: () => timer.refresh() });
  } catch {
    return failed(
      signal.aborted
        ? failure(
            "file_unreadable",
            name,
            "came too slowly, or not at all",
            "Try again, or copy it here first.",
          )
        : failure("file_unreadable", name, "cannot be reached, or broke off", NETWORK),
    );
  } finally {
    clearTimeout(timer);
  }
}

const CREDENTIALS =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where they are temporary).";
const NETWORK = "Check the network, AWS_ENDPOINT_URL_S3 and AWS_REGION, or copy the object here first.";

function refusalOf(response: Response, name: string, { mostBytes }: FetchLimits): CheckFailure | null {
  const { status, headers } = response;
  if (status === 404)
    return failure(
      "file_not_found",
      name,
      "does not exist",
      "Check the bucket, the key and AWS_ENDPOINT_URL_S3.",
    );
  if (status === 401 || status === 403)
    return failure("file_unreadable", name, "may not be read with these credentials", CREDENTIALS);
  if (status >= 300 && status < 400) {
    const region = headers.get("x-amz-bucket-region");
    const fix =
      region === null
        ? "Set AWS_REGION to the bucket's."
        : `Set AWS_REGION=${region.replace(/[^\w-]/g, "")}.`;
    return failure("file_unreadable", name, "is in another region", fix);
  }
  if (!response.ok) return failure("file_unreadable", name, `was refused with status ${status}`, NETWORK);
  return Number(headers.get("content-length") ?? 0) > mostBytes ? tooLarge(name, mostBytes) : null;
}

async function write(
  { body, headers }: Response,
  to: {
    readonly name: string;
    readonly path: string;
    readonly limits: FetchLimits;
    readonly heard: () => void;
  },
): Promise<Outcome<null, CheckFailure>> {
  const { mostBytes } = to.limits;
  const file = await open(to.path, "wx", 0o600);
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      to.heard();
      bytes += part.length;
      if (bytes > mostBytes) return failed(tooLarge(to.name, mostBytes));
      await file.write(part);
    }
  } finally {
    await file.close();
  }
  const told = headers.get("content-length");
  return told === null || Number(told) === bytes
    ? done(null)
    : failed(failure("file_unreadable", to.name, "broke off before its end", NETWORK));
}

const tooLarge = (name: string, mostBytes: number): CheckFailure =>
  failure(
    "file_unreadable",
    name,
    `is larger than ${Math.floor(mostBytes / 1024 ** 2).toLocaleString("en")} MB`,
    "Copy it here first, or name a part of it.",
  );

const failure = (code: string, name: string, what: string, fix: string): CheckFailure => ({
  code,
  detail: `${name} ${what}.`,
  fix,
  file: name,
  column: null,
});
