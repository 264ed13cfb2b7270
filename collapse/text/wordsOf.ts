/** A document as what is counted of it. */
export interface Document {
  /** Of each word and each mark, in order, a hash of 32 bits: two words of a million share one in some 100 couples. */
  readonly words: Uint32Array;
  /** The text without capitals, runs of white space as one space. */
  readonly plain: string;
  /** Characters that are no space; of them marks, and digits. */
  readonly characters: number;
  readonly marks: number;
  readonly digits: number;
  readonly sentences: number;
}

/** What is behind so many characters of a document is not read. */
const MOST_CHARACTERS = 100_000;

const [UNKNOWN, LETTER, DIGIT, WITHIN, ALONE, MARK, SPACE] = [0, 1, 2, 3, 4, 5, 6];
/** The class of each UTF-16 unit, found out when it is first met. */
const classes = new Uint8Array(65_536);

/** Scripts that write no space between words: each of their letters is a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

// Written where they are used, each call would translate them anew, for milliseconds.
const SPACES = /\s/u;
const LETTERS = /\p{L}/u;
const DIGITS = /\p{N}/u;
const WITHIN_WORDS = /[\p{M}'’]/u;
const HALVES = /[\ud800-\udfff]/;

/**
 * The words of a text: letters and digits in a row, apostrophes within; every other sign that is no space stands for
 * itself. Capitals and white space make no difference. A scan over classes of characters, which are the same with every
 * version of Node: what `Intl.Segmenter` takes for a word changes with its tables.
 */
export function wordsOf(text: string): Document {
  const plain = text.slice(0, MOST_CHARACTERS).normalize("NFC").toLowerCase().replace(/\s+/gu, " ").trim();
  const words = new Uint32Array(plain.length);
  let [count, characters, marks, digits, sentences] = [0, 0, 0, 0, 0];
  let endsSentence = false;
  for (let at = 0; at < plain.length; ) {
    const kind = classAt(plain, at);
    if (kind === SPACE) {
      at++;
      continue;
    }
    const end = kind === LETTER || kind === DIGIT ? endOfWord(plain, at) : at + unitsAt(plain, at);
    words[count++] = hashOf(plain, at, end);
    characters += end - at;
    if (kind === MARK) marks++;
    for (let unit = at; unit < end; unit++) if (classAt(plain, unit) === DIGIT) digits++;
    const ends = kind === MARK && isSentenceEnd(plain.charCodeAt(at));
    if (ends && !endsSentence) sentences++;
    endsSentence = ends;
    at = end;
  }
  if (count > 0 && !endsSentence) sentences++;
  return { words: words.slice(0, count), plain, characters, marks, digits, sentences };
}

function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const known = classes[unit] ?? UNKNOWN;
  if (known !== UNKNOWN) return known;
  const found = classOf(String.fromCharCode(unit));
  classes[unit] = found;
  return found;
}

function classOf(sign: string): number {
  if (SPACES.test(sign)) return SPACE;
  if (UNSPACED.test(sign)) return ALONE;
  if (LETTERS.test(sign)) return LETTER;
  if (DIGITS.test(sign)) return DIGIT;
  if (WITHIN_WORDS.test(sign)) return WITHIN;
  return HALVES.test(sign) ? ALONE : MARK;
}

/** The end of a word that begins at `from`: an apostrophe belongs to it where a letter follows. */
function endOfWord(text: string, from: number): number {
  let end = from + 1;
  for (; end < text.length; end++) {
    const kind = classAt(text, end);
    if (kind === LETTER || kind === DIGIT) continue;
    const goesOn = kind === WITHIN && end + 1 < text.length && classAt(text, end + 1) <= WITHIN;
    if (!goesOn) break;
  }
  return end;
}

/** Two where a character beyond the first plane begins. */
const unitsAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const isSentenceEnd = (unit: number): boolean =>
  unit === 0x2e || unit === 0x21 || unit === 0x3f || unit === 0x2026 || unit === 0x3002;

/** FNV-1a (Fowler, Noll and Vo), its bits mixed by murmur3's finalizer (Appleby); written out, for it runs per word. */
function hashOf(text: string, from: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
