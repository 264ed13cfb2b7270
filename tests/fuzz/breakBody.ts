import type { ApiDocument, JsonSchema } from "../support/openApi.ts";
import type { Draw } from "./draw.ts";

/** A place in a body, and what the document says of it. */
export interface Target {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** JSON text that stands for itself: numbers that no double holds, halves of characters, no JSON at all. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
const raw = (...texts: string[]) => texts.map((text) => new Raw(text));

type Json = unknown;
const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every place of a body that its schema names, whether the example has it or not. */
export function targetsOf(api: ApiDocument, schema: JsonSchema, example: Json): Target[] {
  const walk = (named: JsonSchema, path: readonly string[], required: boolean, value: Json): Target[] => {
    const found = api.dereference(named);
    const here: Target = { path, schema: found, required };
    const branches = [...(found.anyOf ?? []), ...(found.oneOf ?? []), ...(found.allOf ?? [])].map(
      api.dereference,
    );
    const fitting = branches.filter((branch) => fits(api, branch, value));
    const inner = (fitting.length > 0 ? fitting : branches).flatMap((branch) =>
      membersOf(branch, path, value),
    );
    return [here, ...membersOf(found, path, value), ...inner];
  };
  const membersOf = (found: JsonSchema, path: readonly string[], value: Json): Target[] => {
    const members = Object.entries(found.properties ?? {}).flatMap(([name, member]) =>
      walk(
        member,
        [...path, name],
        found.required?.includes(name) ?? false,
        isObject(value) ? value[name] : undefined,
      ),
    );
    const first = Array.isArray(value) ? value[0] : undefined;
    return found.items === undefined
      ? members
      : [...members, ...walk(found.items, [...path, "0"], false, first)];
  };
  return walk(schema, [], true, example);
}

/** Whether a value carries the words by which a branch of a union is told from the others. */
function fits(api: ApiDocument, branch: JsonSchema, value: Json): boolean {
  if (!isObject(value)) return false;
  return Object.entries(branch.properties ?? {}).every(([name, member]) => {
    const { const: word } = api.dereference(member);
    return word === undefined || value[name] === word;
  });
}

const HOSTILE_NAMES = [
  "surprise",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "a/b~c",
  "\u0000",
  "x".repeat(5000),
];
const SAMPLES: Readonly<Record<string, readonly Json[]>> = {
  null: [null],
  boolean: [true, false],
  number: [12.5, -1, 0],
  string: ["text", ""],
  array: [[], [[]], [null]],
  object: [{}, { a: 1 }],
};
const HUGE_NUMBERS = raw("1e999", "-1e999", "9007199254740993", "1e308", "-9223372036854775809");
const NO_NUMBERS = raw("NaN", "Infinity", "-", "01", "0x10", "1_000", "+1", ".5");
const NO_STRINGS = raw('"\\ud800"', '"\\udc00\\ud800"', '"\\x41"', '"\t"', '"\\u00zz"', "'text'");
const HOSTILE_TEXTS = ["\u0000", "\u001b[2J", "x".repeat(70_000), "\u2028", "''; drop table inferences; --"];
const DEEP = 20_000;
const DEEP_VALUES = raw("[".repeat(DEEP) + "]".repeat(DEEP), `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`);

function typesOf(api: ApiDocument, schema: JsonSchema): ReadonlySet<string> {
  const own = schema.type === undefined ? [] : [schema.type].flat();
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return new Set([...own, ...branches.flatMap((branch) => [...typesOf(api, api.dereference(branch))])]);
}

function wrongValues(api: ApiDocument, schema: JsonSchema): readonly Json[] {
  const types = typesOf(api, schema);
  const isNumber = types.has("number") || types.has("integer");
  const fits = (type: string): boolean => types.has(type) || (type === "number" && isNumber);
  const others = Object.entries(SAMPLES).filter(([type]) => types.size > 0 && !fits(type));
  return [
    ...others.flatMap(([, samples]) => samples),
    ...DEEP_VALUES,
    ...(types.has("integer") ? [0.5, -7.25] : []),
    ...(isNumber
      ? [...NO_NUMBERS, ...HUGE_NUMBERS, (schema.minimum ?? 0) - 1, (schema.maximum ?? 1e300) * 2]
      : []),
    ...(types.has("string")
      ? [...NO_STRINGS, ...HOSTILE_TEXTS, "surprise", "x".repeat((schema.maxLength ?? 100_000) + 1)]
      : []),
    ...(types.has("array")
      ? [...raw("[,]", "[1,]"), Array.from({ length: (schema.maxItems ?? 5000) + 1 }, () => null)]
      : []),
  ];
}

/** A body with one place of it broken: a wrong value, a missing member, or one that nobody knows. */
export function breakBody(api: ApiDocument, schema: JsonSchema, example: Json, draw: Draw): string {
  const body = structuredClone(example);
  const target = draw.pick(targetsOf(api, schema, example));
  const kind = draw.pick(["value", "value", "value", "missing", "extra"]);
  if (kind === "missing" && target.required && target.path.length > 0)
    return print(without(body, target.path));
  if (kind === "extra" && typesOf(api, target.schema).has("object")) {
    return print(withAt(body, [...target.path, draw.pick(HOSTILE_NAMES)], draw.pick([1, "x", null, {}])));
  }
  return print(withAt(body, target.path, draw.pick(wrongValues(api, target.schema))));
}

/** Sets a value at a place, making the way there where the example has none. */
function withAt(body: Json, [name, ...rest]: readonly string[], value: Json): Json {
  if (name === undefined) return value;
  if (Array.isArray(body))
    return body.length === 0 ? [withAt(undefined, rest, value)] : body.with(0, withAt(body[0], rest, value));
  if (name === "0" && !isObject(body)) return [withAt(undefined, rest, value)];
  const members = isObject(body) ? body : {};
  const own = Object.hasOwn(members, name) ? members[name] : undefined;
  // Not an assignment: `__proto__` is a name like any other on the wire.
  return Object.defineProperty({ ...members }, name, {
    value: withAt(own, rest, value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function without(body: Json, [name, ...rest]: readonly string[]): Json {
  if (!isObject(body) || name === undefined) return body;
  if (rest.length > 0) return { ...body, [name]: without(body[name], rest) };
  return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
}

/** JSON text, with the raw pieces as they are. */
function print(body: Json): string {
  const pieces: string[] = [];
  const marked = JSON.stringify(body, (_, value: Json) => {
    if (!(value instanceof Raw)) return value;
    pieces.push(value.text);
    return `@@raw-${pieces.length - 1}@@`;
  });
  return (marked ?? "").replaceAll(/"@@raw-(\d+)@@"/g, (_, index: string) => pieces[Number(index)] ?? "");
}

/** What is no good as a whole body, made of one that is. */
export function breakText(text: string, draw: Draw): string | Uint8Array {
  const cut = 1 + draw.below(Math.max(1, text.length - 1));
  const first = /"[^"]+"/.exec(text)?.[0] ?? '"a"';
  const bytes = Buffer.from(text);
  return draw.pick<string | Uint8Array>([
    text.slice(0, cut),
    `${text}${draw.pick(["x", "}", ",", text])}`,
    text.replaceAll('"', "'"),
    `/* */${text}`,
    text.replace(/\}$/, ",}"),
    text.replace(/\}$/, `,${first}:[[null]]}`),
    `[${text}]`,
    JSON.stringify(text),
    "",
    " \n ",
    "null",
    "true",
    "[]",
    "0",
    "{",
    "\u0000",
    `${'{"a":'.repeat(DEEP)}`,
    Buffer.concat([bytes.subarray(0, 1), draw.bytes(), bytes.subarray(1)]),
    Buffer.concat([bytes.subarray(0, cut), Buffer.from([0xc3, 0x28, 0xff]), bytes.subarray(cut)]),
    Buffer.from(text, "utf16le"),
  ]);
}
