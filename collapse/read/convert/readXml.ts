import type { Readable } from "node:stream";
import { SaxesParser } from "saxes";
import { Unreadable } from "../refuseFile.ts";

/** What is told of an XML file while it is read. Names come without their prefix. */
export interface XmlListener {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
  /** After each part of the file: what was gathered may be written now. */
  pause?(): Promise<void>;
}

/** Deeper than any part of a workbook. */
const DEEPEST = 64;

/** Reads XML part by part. Entities beyond XML's own five are errors, so that none can grow. */
export async function readXml(stream: Readable, listener: XmlListener): Promise<void> {
  const parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  let depth = 0;
  parser.on("error", () => {
    throw new Unreadable("its XML is damaged");
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (++depth > DEEPEST) throw new Unreadable("its XML is nested more than 64 deep");
    listener.open?.(local(name), attributes);
  });
  parser.on("closetag", ({ name }) => {
    depth--;
    listener.close?.(local(name));
  });
  parser.on("text", (text) => listener.text?.(text));
  parser.on("cdata", (text) => listener.text?.(text));
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const part of stream) {
      parser.write(decoder.decode(part, { stream: true }));
      await listener.pause?.();
    }
    parser.close();
    await listener.pause?.();
  } finally {
    stream.destroy();
  }
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
