import { AwsClient } from "aws4fetch";
import type { Meter } from "../../functions/contracts/metrics.ts";
import type { ObjectStore } from "../../functions/contracts/ports.ts";
import { storeMeasure } from "./measuredStore.ts";

export interface S3Options {
  /** Endpoint and bucket, path style, without a trailing slash: `https://host/bucket`. */
  readonly bucketUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeoutMs: number;
  readonly meter: Meter;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);

const encodeKey = (key: string): string => key.split("/").map(encodeURIComponent).join("/");

/**
 * Any S3 endpoint in the place of R2 (REST API 2006-03-01, Signature Version 4). A listing is read by its two
 * elements that matter here; for those, a pattern is clearer than an XML parser in a Worker.
 */
export function s3ObjectStore(options: S3Options): ObjectStore {
  const { bucketUrl, region, accessKeyId, secretAccessKey, timeoutMs } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
  const measured = storeMeasure(timeoutMs, options.meter);

  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const response = await client.fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok && response.status !== 404) throw new Error(`S3 answered ${response.status}`);
    return response;
  };
  const urlOf = (key: string): string => `${bucketUrl}/${encodeKey(key)}`;

  return {
    put: (key, body, contentType) =>
      measured(
        "put",
        send(urlOf(key), { method: "PUT", body, headers: { "content-type": contentType } }).then(
          (response) => {
            if (!response.ok) throw new Error("the bucket does not exist");
            return undefined;
          },
        ),
      ),
    get: (key, range) => {
      const headers: Record<string, string> =
        range === undefined
          ? {}
          : { range: `bytes=${range.offsetBytes}-${range.offsetBytes + range.lengthBytes - 1}` };
      return measured(
        "get",
        send(urlOf(key), { headers }).then(async (response) =>
          response.ok ? new Uint8Array(await response.arrayBuffer()) : null,
        ),
      );
    },
    delete: (keys) =>
      measured(
        "delete",
        Promise.all(keys.map((key) => send(urlOf(key), { method: "DELETE" }))).then(() => undefined),
      ),
    list: (prefix, cursor) => {
      const query = new URLSearchParams({ "list-type": "2", prefix });
      if (cursor !== undefined) query.set("continuation-token", cursor);
      return measured(
        "list",
        send(`${bucketUrl}?${query}`).then(async (response) => {
          const xml = await response.text();
          const next = /<NextContinuationToken>([^<]*)</.exec(xml)?.[1];
          return {
            keys: [...xml.matchAll(/<Key>([^<]*)</g)].map((match) => unescapeXml(match[1] ?? "")),
            cursor: next === undefined ? null : unescapeXml(next),
          };
        }),
      );
    },
  };
}
