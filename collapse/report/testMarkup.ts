// A strict reader of markup for the tests of what is written: the part of XML that the reports keep to. Whatever a
// hostile name could open (a tag, an attribute, a comment, an entity) shows as a node that nobody wrote, or throws.

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const TOKEN = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[a-zA-Z][\w:-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([a-zA-Z][\w:-]*)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 cannot carry.
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** The tree of a document; throws at the first character that is no part of one. */
export function readMarkup(text: string): Element {
  if (NOT_IN_XML.test(text) || !text.isWellFormed()) throw new Error("A character that XML cannot carry");
  const body = text.replace(/^<!DOCTYPE html>\n|^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "").trim();
  const root: Open = { name: "", attributes: {}, children: [] };
  const open: Open[] = [root];
  let at = 0;
  while (at < body.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(body);
    if (token === null) throw new Error(`No markup: ${body.slice(at, at + 60)}`);
    at = TOKEN.lastIndex;
    step(token, open);
  }
  const [only] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || typeof only !== "object")
    throw new Error("Not one closed element");
  return only;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: (Element | string)[];
}

function step([, closes, name, attributes = "", empty, text]: RegExpExecArray, open: Open[]): void {
  const parent = open.at(-1);
  if (parent === undefined) throw new Error("Nothing is open");
  if (text !== undefined) parent.children.push(decoded(text));
  else if (name !== undefined && closes === "/") {
    if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`);
  } else if (name !== undefined) {
    const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, key = "", value = ""]) => [
      key,
      decoded(value),
    ]);
    const element: Open = { name, attributes: Object.fromEntries(pairs), children: [] };
    parent.children.push(element);
    if (empty !== "/") open.push(element);
  }
}

const decoded = (text: string): string =>
  text.replace(/&([^;&]*;?)/g, (_, entity: string) => {
    const sign = ENTITIES[entity.replace(/;$/, "")];
    if (sign === undefined || !entity.endsWith(";")) throw new Error(`No entity: &${entity}`);
    return sign;
  });

/** All elements below one, and it, in the order of the document. */
export const allOf = (element: Element): Element[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === "string" ? [] : allOf(child))),
];

/** The text of an element and all below it. */
export const textOf = (element: Element): string =>
  element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
