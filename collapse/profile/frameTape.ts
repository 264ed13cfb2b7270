import type { Encoder, Frame } from "../contracts/aggregates.ts";
import { codesOf, type TablePlan, type Variable } from "../contracts/columns.ts";
import type { Header } from "./header.ts";
import type { TapeReader, TapeWriter } from "./numberTape.ts";

/** The words of a plan; its quantiles go onto the tape. */
export function putPlan(plan: TablePlan, tape: TapeWriter): Header["plan"] {
  const columns = plan.columns.map(({ quantiles, ...column }) => {
    if (!quantiles) return column;
    tape.put(quantiles.values);
    return { ...column, quantiles: { of: quantiles.of, count: quantiles.values.length } };
  });
  return { ...plan, columns };
}

export function takePlan({ plan }: Header, tape: TapeReader): TablePlan {
  const columns = plan.columns.map(({ quantiles, ...column }) =>
    quantiles
      ? { ...column, quantiles: { of: quantiles.of, values: [...tape.take(quantiles.count)] } }
      : column,
  );
  return { ...plan, columns };
}

/** The words of a frame; edges, classes and what codes become go onto the tape. */
export function putFrame(frame: Frame, tape: TapeWriter): Pick<Header, "variables" | "pairs" | "encoding"> {
  const variables = frame.variables.map((variable) => putVariable(variable, tape));
  for (const classes of frame.classes) tape.put(classes);
  for (const encoder of frame.encoding.encoders) putEncoder(encoder, tape);
  tape.put(frame.grids);
  const { dense, features, encoders } = frame.encoding;
  return {
    variables,
    pairs: frame.pairs.map(({ left, right }) => [left, right]),
    encoding: {
      dense,
      features: features.map(({ variable, name }) => ({ variable, name })),
      scoreFeatures: encoders.map(({ scoreFeature }) => scoreFeature),
    },
  };
}

export function takeFrame({ variables: words, pairs, encoding }: Header, tape: TapeReader): Frame {
  const variables = words.map((variable) => takeVariable(variable, tape));
  const classes = variables.map((variable) => Uint8Array.from(tape.take(codesOf(variable).size)));
  const { dense, features, scoreFeatures } = encoding;
  const encoders = variables.map((variable, index) =>
    takeEncoder(codesOf(variable), scoreFeatures[index] ?? -1, tape),
  );
  return {
    variables,
    pairs: pairs.map(([left, right]) => ({ left, right })),
    classes,
    encoding: { width: features.length, features, dense, encoders },
    grids: tape.take(variables.length),
  };
}

function putVariable(variable: Variable, tape: TapeWriter): Header["variables"][number] {
  if (variable.kind === "number") {
    const { edges, shareBelow, ...words } = variable;
    tape.put(edges);
    tape.put(shareBelow);
    return { ...words, edges: edges.length };
  }
  const strings = variable.levels.filter((level) => typeof level === "string");
  if (strings.length > 0) return { ...variable, levels: strings };
  tape.put(variable.levels.map(Number));
  return { ...variable, levels: variable.levels.length };
}

function takeVariable(words: Header["variables"][number], tape: TapeReader): Variable {
  if (words.kind === "number")
    return { ...words, edges: tape.take(words.edges), shareBelow: tape.take(words.edges) };
  const { levels } = words;
  return { ...words, levels: typeof levels === "number" ? [...tape.take(levels)] : levels };
}

function putEncoder(encoder: Encoder, tape: TapeWriter): void {
  if (encoder.scoreFeature >= 0) tape.put(encoder.scores);
  tape.put([encoder.slopeBelow, encoder.slopeAbove]);
  tape.put(encoder.starts);
  tape.put(encoder.features);
  tape.put(encoder.values);
}

function takeEncoder(
  { bins, size }: { readonly bins: number; readonly size: number },
  scoreFeature: number,
  tape: TapeReader,
): Encoder {
  const scores = tape.take(scoreFeature >= 0 ? bins - 1 : 0);
  const [slopeBelow = 0, slopeAbove = 0] = tape.take(2);
  const starts = Uint32Array.from(tape.take(size + 1));
  const entries = starts[size] ?? 0;
  return {
    scoreFeature,
    scores,
    slopeBelow,
    slopeAbove,
    starts,
    features: Uint16Array.from(tape.take(entries)),
    values: tape.take(entries),
  };
}
