// How well near duplicates are told, over edited texts and over the demo's pictures:
//   node bench/duplicates.ts [file with one text per line]…
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import sharp, { type Sharp } from "sharp";
import { normalizeText } from "../functions/embed/normalizeText.ts";
import { shinglesOf } from "../functions/keep/duplicates/shingles.ts";
import { signText, similarityOf } from "../functions/keep/duplicates/textSignature.ts";
import { bytesTensor, floatsOf, openModel } from "../gpu-runner/testing/testModel.ts";
import { seededRandom } from "../local/demo/random.ts";
import { renderPicture } from "../local/demo/renderPicture.ts";
import { BLOCK_COLORS, layTable } from "../local/demo/scene.ts";

const SIMILARITIES = [0.9, 0.8, 0.7, 0.5];
const PAIRS = 400;
const PICTURES = 60;
const LETTERS = "abcdefghijklmnopqrstuvwxyz ";

const random = seededRandom(1);
const below = (limit: number): number => Math.floor(random() * limit);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const shareOf = <Item>(items: readonly Item[], holds: (item: Item) => boolean): number =>
  items.filter(holds).length / items.length;

/** Nine hundred instructions out of four lists of parts: what a fleet says all day. */
const TASKS = ["pick up", "grasp", "move to", "push", "lift", "touch"].flatMap((verb) =>
  ["red", "blue", "green", "yellow", "purple", "black"].flatMap((color) =>
    ["block", "cup", "bottle", "bowl", "spoon"].flatMap((thing) =>
      ["on the plate", "in the box", "on the table", "into the left drawer", "next to the sink"].map(
        (place) => `${verb} the ${color} ${thing} and put it ${place}`,
      ),
    ),
  ),
);

/** A text with so many letters removed, replaced or added, each somewhere. */
function edit(text: string, edits: number): string {
  const letters = Array.from(text);
  for (let done = 0; done < edits; done++) {
    const letter = LETTERS[below(LETTERS.length)] ?? " ";
    const kind = below(3);
    letters.splice(below(letters.length), kind === 2 ? 0 : 1, ...(kind === 0 ? [] : [letter]));
  }
  return normalizeText(letters.join(""));
}

function jaccard(a: string, b: string): number {
  const [left, right] = [shinglesOf(a), shinglesOf(b)];
  const common = [...left].filter((shingle) => right.has(shingle)).length;
  return common / (left.size + right.size - common);
}

const compare = (a: string, b: string) => {
  const [left, right] = [signText(a), signText(b)];
  const candidates = left.bands.some((band, index) => band === right.bands[index]);
  return { candidates, estimate: similarityOf(left.signature, right.signature) };
};

function measureTexts(name: string, texts: readonly string[]): void {
  const normalized = [...new Set(texts.map(normalizeText))].filter((text) => text.length >= 15);
  const pairs = new Map<number, ReturnType<typeof compare>[]>(SIMILARITIES.map((s) => [s, []]));
  for (let round = 0; round < 30_000; round++) {
    const text = normalized[below(normalized.length)] ?? "";
    const other = edit(text, 1 + below(random() * text.length * 0.25));
    const exact = jaccard(text, other);
    for (const [similarity, found] of pairs)
      if (Math.abs(exact - similarity) < 0.02 && found.length < PAIRS) found.push(compare(text, other));
  }
  const some = normalized.slice(0, 900);
  const startedMs = performance.now();
  const signed = some.map(signText);
  const eachMs = (performance.now() - startedMs) / some.length;
  const characters = some.reduce((sum, text) => sum + text.length, 0) / some.length;
  console.log(`\n${name}: ${eachMs.toFixed(3)} ms to sign ${characters.toFixed(0)} characters`);
  for (const [similarity, found] of pairs) {
    const marked = shareOf(found, ({ candidates, estimate }) => candidates && estimate >= 0.8);
    const candidates = shareOf(found, (pair) => pair.candidates);
    console.log(
      `  ${similarity}: ${found.length} pairs, marked ${percent(marked)}, candidates ${percent(candidates)}`,
    );
  }
  const candidates = signed.flatMap((a, index) =>
    signed.slice(0, index).filter((b) => a.bands.some((band, row) => band === b.bands[row])),
  );
  console.log(`  candidates per text among ${some.length}: ${(candidates.length / some.length).toFixed(2)}`);
}

const COPIES = [
  (image: Sharp) => image.jpeg({ quality: 40 }),
  (image: Sharp) => image.webp({ quality: 60 }),
  (image: Sharp) => image.linear(1.08, 4).jpeg(),
  (image: Sharp) => image.linear(0.8, -6).jpeg(),
  (image: Sharp) => image.resize(160, 120).png(),
  (image: Sharp) => image.resize(640, 480).jpeg(),
];
const crop = (image: Sharp) => image.extract({ left: 3, top: 2, width: 314, height: 236 }).jpeg();

async function measurePictures(): Promise<void> {
  const call = await openModel("perceptual-64");
  const hash = async (image: Buffer) =>
    floatsOf((await call({ image: bytesTensor(new Uint8Array(image)) })).bits);
  const differing = (a: Float32Array, b: Float32Array) => a.filter((bit, index) => bit !== b[index]).length;
  const scenes = Array.from({ length: PICTURES }, (_, index) =>
    layTable(BLOCK_COLORS[index % BLOCK_COLORS.length] ?? "red", index + 1),
  );
  const pictures = await Promise.all(
    scenes.map((scene, index) => renderPicture(scene, { x: 0, y: 0 }, index)),
  );
  const own = await Promise.all(pictures.map(hash));
  const against = async (change: (index: number) => Promise<Buffer>) =>
    Promise.all(own.map(async (bits, index) => differing(bits, await hash(await change(index)))));
  const moved = (meters: number) => (index: number) => {
    const scene = scenes[index];
    if (scene === undefined) throw new Error("no such scene");
    return renderPicture(scene, { x: meters, y: 0 }, 1000 + index);
  };
  const copies = await Promise.all(
    COPIES.map((copy) => against((at) => copy(sharp(pictures[at])).toBuffer())),
  );
  console.log(
    `\nbits that differ, of 64, over ${PICTURES} pictures of the demo: median, 95 %, most, at most 4`,
  );
  say("copies", copies.flat());
  say("cropped by 1 %", await against((at) => crop(sharp(pictures[at])).toBuffer()));
  say("camera moved by 2 mm", await against(moved(0.002)));
  say("camera moved by 10 mm", await against(moved(0.01)));
  say(
    "other tables",
    own.flatMap((a, index) => own.slice(0, index).map((b) => differing(a, b))),
  );
}

function say(name: string, bits: readonly number[]): void {
  const sorted = bits.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  console.log(
    `  ${name}: ${at(0.5)}, ${at(0.95)}, ${at(1)}, ${percent(shareOf(bits, (count) => count <= 4))}`,
  );
}

measureTexts("tasks", TASKS);
for (const path of argv.slice(2)) measureTexts(path, readFileSync(path, "utf8").trim().split("\n"));
await measurePictures();
