import { Unreadable } from "../refuseFile.ts";
import type { Zip } from "./openZip.ts";
import { readXml } from "./readXml.ts";

/** A workbook without its rows. */
export interface Book {
  /** The sheets that hold cells, in their order. */
  readonly sheets: readonly { readonly name: string; readonly part: string; readonly isHidden: boolean }[];
  /** Texts that cells point to. */
  readonly strings: readonly string[];
  /** Of each style of a cell whether it shows a number as a date. */
  readonly isDate: readonly boolean[];
  /** The day that is number 0, in milliseconds since 1970. */
  readonly dayZeroMs: number;
}

const SMALL_PART_BYTES = 64 * 1024 * 1024;
const STRINGS_BYTES = 256 * 1024 * 1024;
/** Numbers of formats that are dates without being spelled out (ECMA-376, 18.8.30). */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** Reads what a sheet's cells point to. Throws `Unreadable` where the archive is no workbook. */
export async function readBook(zip: Zip): Promise<Book> {
  if (!zip.has("xl/workbook.xml"))
    throw new Unreadable(
      "it is a zip archive, and no Excel workbook",
      "Unpack it, and name the files in it.",
    );
  const named: { name: string; id: string; isHidden: boolean }[] = [];
  let is1904 = false;
  await readXml(await zip.read("xl/workbook.xml", SMALL_PART_BYTES), {
    open: (tag, attributes) => {
      if (tag === "workbookPr") is1904 = ["1", "true"].includes(attributes.date1904 ?? "");
      if (tag === "sheet")
        named.push({
          name: attributes.name ?? "",
          id: attributes["r:id"] ?? "",
          isHidden: (attributes.state ?? "visible") !== "visible",
        });
    },
  });
  const targets = await readTargets(zip);
  return {
    sheets: named.flatMap(({ name, id, isHidden }) => {
      const part = targets.get(id);
      return part === undefined ? [] : [{ name, part, isHidden }];
    }),
    strings: await readStrings(zip),
    isDate: await readStyles(zip),
    dayZeroMs: is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30),
  };
}

/** Parts of worksheets, by the identifier of the relation. */
async function readTargets(zip: Zip): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>();
  await readXml(await zip.read("xl/_rels/workbook.xml.rels", SMALL_PART_BYTES), {
    open: (tag, { Id = "", Target = "", Type = "" }) => {
      if (tag !== "Relationship" || !Type.endsWith("/worksheet")) return;
      targets.set(Id, Target.startsWith("/") ? Target.slice(1) : `xl/${Target}`);
    },
  });
  return targets;
}

async function readStrings(zip: Zip): Promise<readonly string[]> {
  if (!zip.has("xl/sharedStrings.xml")) return [];
  const strings: string[] = [];
  let text = "";
  let isText = false;
  let phonetic = 0;
  await readXml(await zip.read("xl/sharedStrings.xml", STRINGS_BYTES), {
    open: (tag) => {
      if (tag === "si") text = "";
      if (tag === "rPh") phonetic++;
      isText = tag === "t" && phonetic === 0;
    },
    text: (part) => {
      if (isText) text += part;
    },
    close: (tag) => {
      if (tag === "si") strings.push(text);
      if (tag === "rPh") phonetic--;
      isText = false;
    },
  });
  return strings;
}

async function readStyles(zip: Zip): Promise<readonly boolean[]> {
  if (!zip.has("xl/styles.xml")) return [];
  const own = new Map<number, boolean>();
  const isDate: boolean[] = [];
  let isOfCells = false;
  await readXml(await zip.read("xl/styles.xml", SMALL_PART_BYTES), {
    open: (tag, { numFmtId = "0", formatCode = "" }) => {
      const id = Number(numFmtId);
      if (tag === "numFmt") own.set(id, showsDate(formatCode));
      if (tag === "cellXfs") isOfCells = true;
      if (tag === "xf" && isOfCells) isDate.push(own.get(id) ?? isBuiltInDate(id));
    },
    close: (tag) => {
      if (tag === "cellXfs") isOfCells = false;
    },
  });
  return isDate;
}

/** Whether a format has letters of dates outside quotes, brackets and escapes: `yyyy-mm-dd`, and not `0.00 "mm"`. */
const showsDate = (code: string): boolean =>
  /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "").replace(/general/gi, ""));
