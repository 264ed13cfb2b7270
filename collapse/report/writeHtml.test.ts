import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allOf, readMarkup, textOf } from "./testMarkup.ts";
import { HOSTILE, hostileReport, sampleReport } from "./testReport.ts";
import { shownText } from "./text/shownText.ts";
import { writeHtml } from "./writeHtml.ts";

const MOST_BYTES = 2_000_000;

const elementsOf = (page: string) => allOf(readMarkup(page));

/** The elements of a page whose names harm nobody. */
const KNOWN = new Set(elementsOf(writeHtml(sampleReport())).map(({ name }) => name));

describe("the page", () => {
  test("says the verdict first, then the three worst findings", () => {
    const headings = elementsOf(writeHtml(sampleReport())).filter(({ name }) => /^h[1-6]$/.test(name));
    expect(headings.slice(0, 3).map(textOf)).toEqual(["✕ Collapsed", "Worst findings", "Harm"]);
  });

  test("has headings in order, a caption in every table and a title in every picture", () => {
    const elements = elementsOf(writeHtml(sampleReport()));
    const levels = elements.flatMap(({ name }) => /^h([1-6])$/.exec(name)?.slice(1).map(Number) ?? []);
    expect(levels[0]).toBe(1);
    for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 1)).toBeLessThanOrEqual(1);
    for (const { name, children } of elements) {
      const [first] = children.filter((child) => typeof child !== "string");
      if (name === "table") expect(first?.name).toBe("caption");
      if (name === "svg")
        expect(first).toMatchObject({ name: "title", children: [expect.stringMatching(/\S/)] });
    }
  });

  test("draws where in the file the flagged rows lie, in words too", () => {
    const titles = elementsOf(writeHtml(sampleReport())).filter(({ name }) => name === "title");
    expect(titles.map(textOf)).toContain(
      "Where in the candidate the flagged rows lie, in 60 parts of equal length: the most, 12, from row 0 on.",
    );
  });

  test("loads nothing, runs nothing, and lets in no style but its own", () => {
    const page = writeHtml(hostileReport(HOSTILE, 3));
    const elements = elementsOf(page);
    for (const { name, attributes } of elements) {
      expect(["script", "img", "link", "iframe", "object", "form", "base"]).not.toContain(name);
      expect(Object.keys(attributes).filter((key) => /^(on|src|style|xlink)/i.test(key))).toEqual([]);
      if (attributes.href !== undefined) expect(attributes.href).toMatch(/^#[a-z_]+$/);
    }
    const style = elements.find(({ name }) => name === "style");
    const hash = createHash("sha256")
      .update(/<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "")
      .digest("base64");
    const policy = elements.find(({ attributes }) => attributes["http-equiv"] === "Content-Security-Policy");
    expect(style).toBeDefined();
    expect(policy?.attributes.content).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  test("shows a hostile name as text, and nothing of it is markup", () => {
    const elements = elementsOf(writeHtml(hostileReport(HOSTILE, 3)));
    expect(elements.filter(({ name }) => !KNOWN.has(name))).toEqual([]);
    const cells = elements.filter(({ name, attributes }) => name === "th" && attributes.scope === "row");
    expect(cells.map(textOf)).toContain(shownText(HOSTILE, 120));
  });

  test("stays whole whatever the names are", () => {
    const names = fc.string({
      unit: fc.constantFrom(..."<>&\"'`;!-[]=/ a\u0000\u0007\u202e\ud800\u{1f600}ש"),
    });
    fc.assert(
      fc.property(names, (name) => {
        const elements = elementsOf(writeHtml(hostileReport(name, 2)));
        expect(elements.filter((element) => !KNOWN.has(element.name))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test.each(['"', "`", "`'", "\u{1f600}"])(
    "is under 2 MB for 500 columns of the longest names, and for 20,000 of any (%s)",
    (letter) => {
      const sizeOf = (times: number, columns: number) =>
        Buffer.byteLength(writeHtml(hostileReport(letter.repeat(times), columns)));
      expect(sizeOf(10_000, 500)).toBeLessThan(MOST_BYTES);
      expect(sizeOf(300, 20_000)).toBeLessThan(MOST_BYTES);
    },
  );

  test("sets the names in a sentence apart, whatever stands in them", () => {
    const page = writeHtml({ ...sampleReport(), summary: ["`a<b` is off.", "`a`b` is off."] });
    expect(page).toContain("<code><bdi>a&lt;b</bdi></code> is off.");
    const items = elementsOf(page)
      .filter(({ name }) => name === "li")
      .slice(0, 2);
    expect(items.map(textOf)).toEqual(["a<b is off.", "ab is off."]);
  });

  test("does without what could not be computed", () => {
    const sample = sampleReport();
    const page = writeHtml({
      ...sample,
      score: null,
      summary: [],
      evidence: null,
      harm: { predictive: null, generative: null, copies: null },
      columns: [],
      rows: null,
      data: { ...sample.data, reference: null, ignored: [] },
      notes: [],
    });
    expect(page).not.toMatch(/NaN|undefined|null/);
    expect(
      elementsOf(page)
        .filter(({ name }) => name === "h2")
        .map(textOf),
    ).toEqual(["Eight dimensions", "Data"]);
  });
});
