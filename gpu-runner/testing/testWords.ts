import { Graph } from "../build-models/graph.ts";

/** A tokenizer of a few words in the form of Hugging Face's, with the special tokens that BERT has. */
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] as const;
const WORDS = ["red", "blue", "block", "##s", "pick", "up"] as const;
const VOCABULARY: Readonly<Record<string, number>> = Object.fromEntries(
  [...SPECIAL, ...WORDS].map((word, id) => [word, id]),
);
export const WIDTH = 4;

const special = (content: string) => ({
  id: VOCABULARY[content],
  content,
  special: true,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

const standing = (id: string) => ({ SpecialToken: { id, type_id: 0 } });

export const WORD_TOKENIZER = JSON.stringify({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map(special),
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [standing("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, standing("[SEP]")],
    pair: [],
    special_tokens: Object.fromEntries(
      ["[CLS]", "[SEP]"].map((id) => [id, { id, ids: [VOCABULARY[id]], tokens: [id] }]),
    ),
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: VOCABULARY,
  },
});

/** What the graph gives for a token: its number, its square, and two that are the same for all. */
const rowOf = (token: number): readonly number[] => [token, token * token, 1, -2];

/** A graph with the inputs and the output of MiniLM, whose tokens know nothing of each other. */
export const wordGraph = (): Uint8Array => {
  const graph = new Graph("words");
  const tokens = graph.input("input_ids", "int64", ["N", "L"]);
  graph.input("attention_mask", "int64", ["N", "L"]);
  graph.input("token_type_ids", "int64", ["N", "L"]);
  const size = Object.keys(VOCABULARY).length;
  const rows = Array.from({ length: size }, (_, token) => rowOf(token)).flat();
  graph.op("Gather", [graph.constant("float", [size, WIDTH], rows), tokens], {}, "last_hidden_state");
  graph.output("last_hidden_state", ["N", "L", WIDTH]);
  return graph.toBytes();
};

/** The unit vector along the mean of the rows of these tokens: what `mean_of_tokens` makes of them. */
export const meanOf = (...tokens: readonly string[]): readonly number[] => {
  const rows = tokens.map((token) => rowOf(VOCABULARY[token] ?? Number.NaN));
  const sums = Array.from({ length: WIDTH }, (_, column) =>
    rows.reduce((sum, row) => sum + (row[column] ?? 0), 0),
  );
  const length = Math.hypot(...sums);
  return sums.map((sum) => sum / length);
};
