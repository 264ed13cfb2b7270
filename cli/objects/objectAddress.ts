import type { Environment } from "../command.ts";

/** Where an object is: `s3://bucket/key`, or the same at R2. */
export interface ObjectAddress {
  readonly url: string;
  readonly region: string;
  /** The last part of the key: the file's name. */
  readonly file: string;
}

/** Whether a name is one of an object: `s3://…`, or an address of R2. */
export const isObject = (name: string): boolean => /^s3:\/\//i.test(name) || R2.test(name);

const R2 = /^https:\/\/[0-9a-z.-]+\.r2\.cloudflarestorage\.com\//i;

/**
 * Where an object is, by its name and the usual variables: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, and AWS_REGION or
 * AWS_DEFAULT_REGION. Null where the name lacks a bucket or a key.
 */
export function objectAddress(name: string, environment: Environment): ObjectAddress | null {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined;
  if (R2.test(name)) {
    const { origin, pathname } = new URL(name);
    const [bucket, ...key] = pathname.slice(1).split("/").map(decoded);
    return addressOf(origin, bucket, key, region ?? "auto");
  }
  const [bucket, ...key] = name.slice("s3://".length).split("/");
  const its = region ?? "us-east-1";
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || undefined;
  return addressOf(endpoint ?? `https://s3.${its}.amazonaws.com`, bucket, key, its);
}

function addressOf(
  endpoint: string,
  bucket: string | undefined,
  key: readonly string[],
  region: string,
): ObjectAddress | null {
  const file = key.at(-1);
  if (!bucket || !file || !URL.canParse(endpoint)) return null;
  const path = [bucket, ...key].map(encodeURIComponent).join("/");
  return { url: `${endpoint.replace(/\/+$/, "")}/${path}`, region, file };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
