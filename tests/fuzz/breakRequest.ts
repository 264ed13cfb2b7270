import type { ApiDocument, Operation } from "../support/openApi.ts";
import type { BuiltRequest } from "../support/routeExamples.ts";
import { breakBody, breakText } from "./breakBody.ts";
import type { Draw } from "./draw.ts";

/** A request as it goes over the wire, and what is wrong with it. */
export interface BrokenRequest {
  readonly operation: string;
  readonly breakage: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  /** The good key that goes with it. */
  readonly keyed: "adminKey" | "platformKey" | null;
}

/** A good request of a route, which is to be broken. */
export interface Subject {
  readonly api: ApiDocument;
  readonly operation: Operation;
  readonly example: BuiltRequest;
}

type Change = Partial<Omit<BrokenRequest, "operation" | "breakage">>;
/** A way to break a request, and how much of the requests it should be where it applies. */
type Breakage = readonly [
  name: string,
  weight: number,
  change: (subject: Subject, draw: Draw) => Change | null,
];

const textOf = ({ example }: Subject): string => JSON.stringify(example.body);
const JSON_TYPE = { "content-type": "application/json" };
/** Over what any route but those with images takes, and over what they take. */
const OVERSIZES_BYTES = [70_000, 70_000, 70_000, 5_000_000];

const WRONG_TYPES = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json-patch+json",
  "application/jsonp",
  ";;;",
];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const BAD_IDS = [
  "x",
  "%00",
  "%ff",
  "%zz",
  "%F0%9F%A4%96",
  "..%2f..%2fetc%2fpasswd",
  "__proto__",
  "inf_",
  "inf_01990000-0000-7000-8000-00000000000Z",
  "inf_01990000-0000-7000-8000-000000000001",
  "key_01990000-0000-7000-8000-000000000001",
  "fb_01990000-0000-7000-8000-000000000001",
  "inf_ffffffff-ffff-7fff-bfff-ffffffffffff",
  "inf_00000000-0000-7000-8000-000000000000",
  `inf_${"0".repeat(4000)}`,
  "a%2Fb",
  "%20",
  "*",
];
const base64 = (text: string) => Buffer.from(text).toString("base64url");
/** Where a path takes any name, these alone are none. */
const NO_NAMES = ["%00", "%ff", "%zz", "x".repeat(3000)];
const BAD_VALUES = [
  "",
  "x",
  "-1",
  "0",
  "1e9",
  "999999999999999999999",
  "NaN",
  "null",
  "true",
  "[]",
  "\u0000",
  "\ud800",
  "' or 1=1 --",
  "x".repeat(3000),
  base64("{}"),
  base64("[1,2,3]"),
  base64('{"created_at":"x","id":"y"}'),
  base64("9999999999999999.inf_01990000-0000-7000-8000-000000000001"),
  base64("\u0000"),
];
const BAD_KEYS = [
  "",
  "Bearer",
  "Bearer ",
  "Basic aGVsbG86d29ybGQ=",
  "Bearer hg_local_live_nobody",
  `Bearer hg_local_live_${"A".repeat(57)}`,
  `Bearer ${"x".repeat(9000)}`,
  "bearer \u00ff\u00fe",
  "Bearer __proto__",
];

const hasBody = ({ operation }: Subject): boolean => operation.body !== null;

const BREAKAGES: readonly Breakage[] = [
  [
    "a field",
    12,
    ({ api, operation, example }, draw) =>
      operation.body === null ? null : { body: breakBody(api, operation.body, example.body, draw) },
  ],
  ["the text", 4, (subject, draw) => (hasBody(subject) ? { body: breakText(textOf(subject), draw) } : null)],
  [
    "the content type",
    1,
    (subject, draw) => (hasBody(subject) ? { headers: { "content-type": draw.pick(WRONG_TYPES) } } : null),
  ],
  [
    "the size",
    1,
    (subject, draw) => {
      if (!hasBody(subject)) return null;
      const filler = "x".repeat(draw.pick(OVERSIZES_BYTES));
      return { body: textOf(subject).replace(/\}$/, `,"surprise":"${filler}"}`) };
    },
  ],
  [
    "the transfer",
    1,
    (subject, draw) => {
      if (!hasBody(subject)) return null;
      const body = breakText(textOf(subject), draw);
      return {
        body,
        headers: {
          ...JSON_TYPE,
          ...draw.pick([{ "transfer-encoding": "chunked" }, { "content-encoding": "gzip" }]),
        },
      };
    },
  ],
  [
    "the path",
    4,
    ({ operation, example }, draw) => {
      if (!operation.path.includes("{")) return null;
      const [, query = ""] = example.target.split("?");
      const isId = (name: string) => name === "id";
      const target = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        draw.pick(isId(name) ? BAD_IDS : NO_NAMES),
      );
      return { target: query === "" ? target : `${target}?${query}` };
    },
  ],
  [
    "the query",
    4,
    ({ operation, example }, draw) => {
      if (operation.scope === null) return null;
      const names = operation.parameters.filter((each) => each.in === "query").map(({ name }) => name);
      // What takes no query at all may overlook one; then the request is a good one.
      if (names.length === 0) return null;
      const name = draw.pick([...names, ...names, "surprise", "__proto__", draw.text()]);
      const value = draw.pick([...BAD_VALUES, draw.text()]);
      const [path] = example.target.split("?");
      return { target: `${path}?${new URLSearchParams({ [name]: value })}` };
    },
  ],
  [
    "the key",
    1,
    ({ operation }, draw) =>
      operation.scope === null
        ? null
        : { keyed: null, headers: { ...JSON_TYPE, authorization: draw.pick(BAD_KEYS) } },
  ],
  [
    "a header",
    1,
    (subject, draw) => {
      if (!hasBody(subject)) return null;
      const header = draw.pick([
        { "idempotency-key": "x".repeat(9000) },
        { "idempotency-key": "" },
        { "idempotency-key": "\u00ff\u00fe" },
        { traceparent: "00-zz-zz-zz" },
        { traceparent: "x".repeat(9000) },
        { "cf-connecting-ip": "not an address" },
        { accept: "nothing/at-all" },
        { range: "bytes=9-1" },
      ]);
      return { headers: { ...JSON_TYPE, ...header }, body: breakText(textOf(subject), draw) };
    },
  ],
  [
    "the method",
    1,
    ({ api, operation }, draw) => {
      const taken = api.operations.filter(({ path }) => path === operation.path).map(({ method }) => method);
      return { method: draw.pick(METHODS.filter((method) => !taken.includes(method))) };
    },
  ],
  [
    "the place",
    1,
    ({ example }, draw) => ({
      target: draw.pick([`${example.target.split("?")[0]}/x`, `/x${example.target}`]),
    }),
  ],
];

/** Breaks a good request in one way, drawn from those that apply to its route. */
export function breakRequest(subject: Subject, draw: Draw): BrokenRequest {
  const { example, operation } = subject;
  for (;;) {
    const [breakage, , breaks] = draw.pick(WEIGHTED);
    const change = breaks(subject, draw);
    if (change === null) continue;
    return {
      operation: operation.name,
      breakage,
      method: example.method,
      target: example.target,
      headers: operation.body === null ? {} : JSON_TYPE,
      body: operation.body === null ? undefined : JSON.stringify(example.body),
      keyed: operation.scope === "platform:admin" ? "platformKey" : "adminKey",
      ...change,
    };
  }
}

const WEIGHTED = BREAKAGES.flatMap((breakage) => Array.from({ length: breakage[1] }, () => breakage));
