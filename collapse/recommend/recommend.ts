import type { Frame, Summary } from "../contracts/aggregates.ts";
import type { HarmChannel, HarmResult, Purpose } from "../contracts/harm.ts";
import type { Measured } from "../contracts/metrics.ts";
import type { Action, Prices, Recommendation } from "../contracts/recommendations.ts";
import type { Localization, RowSet } from "../contracts/rows.ts";
import { sumOf } from "../count/sumOf.ts";
import { worstOf } from "../verdict/judgePurpose.ts";
import { chooseTrials, type Interval, intervalOf } from "./chooseTrials.ts";
import type { Weigher } from "./fitWeigher.ts";
import { CHOOSING, TELLING } from "./judgingHalves.ts";
import type { Outermost } from "./outermost.ts";
import type { CappedWeights } from "./planTrials.ts";
import { priceAction, priceTraining } from "./priceAction.ts";
import { rankActions } from "./rankActions.ts";
import { runTrials, type Tried } from "./runTrials.ts";
import { sayAction, sayStop } from "./sayAction.ts";

/** What a check found out, as far as remedies rest on it. */
export interface Found {
  readonly tables: { readonly reference: Summary; readonly candidate: Summary };
  readonly frame: Frame;
  readonly harm: HarmResult;
  readonly measured: readonly Measured[];
  /** Null where nobody looked for rows. */
  readonly localization: Localization | null;
  readonly purposes: readonly Purpose[];
  readonly target: string | null;
  /** How sure a verdict of harm is; null: the share of the pairs beyond the margin stands for it. */
  readonly confidence: number | null;
  readonly prices: Prices | null;
  readonly seed: number;
}

/** What may be done, and what whoever does it to whole files has to know of rows. */
export interface Remedies {
  readonly recommendations: readonly Recommendation[];
  readonly flagged: RowSet | null;
  readonly weigher: Weigher | null;
  readonly weights: CappedWeights;
  readonly outermost: Outermost | null;
}

type Unranked = Omit<Recommendation, "id">;

/**
 * At most six things to do about a set, the best for the least money first. Each is tried on the samples: the models
 * that measured harm are trained again on the changed set. Half of the judging rows chooses parameters, the other half
 * says what was gained; an action helps only if the whole interval of its effect lies below 0. Empty where no harm of
 * the purposes asked for can be measured.
 */
export function recommend(found: Found): Remedies {
  const asked = found.harm.channels.filter(
    ({ eligible, purpose, value }) => eligible && Number.isFinite(value) && found.purposes.includes(purpose),
  );
  const worst = worstOf(asked);
  const flagged = found.localization?.flagged ?? null;
  if (worst === null) return { ...NOTHING, flagged };
  const tried = runTrials(found, asked, flagged);
  const checked = marginsOf(worst);
  const untried = (action: Action): Unranked =>
    offer(found, { action, parameters: {} }, worst.purpose, checked, null);
  const actions = [
    ...(tried === null ? [] : offersOf(found, tried, worst.purpose)),
    untried("regenerate"),
    stopping(found, untried("stop")),
  ];
  return {
    recommendations: rankActions(actions),
    flagged,
    weigher: tried?.weigher ?? null,
    weights: tried?.weights ?? new Map(),
    outermost: tried?.outermost ?? null,
  };
}

const NOTHING: Remedies = {
  recommendations: [],
  flagged: null,
  weigher: null,
  weights: new Map(),
  outermost: null,
};

/** The trials that half A chose, as half B saw them. */
function offersOf(found: Found, tried: Tried, purpose: Purpose): readonly Unranked[] {
  const [choosing = [], telling = []] = [tried.harm[CHOOSING], tried.harm[TELLING]];
  const before = intervalOf(telling[0] ?? []);
  return chooseTrials(tried.trials, choosing).flatMap((place) => {
    const { action, parameters } = tried.trials[place] ?? { action: null, parameters: {} };
    if (action === null) return [];
    const [unchanged = [], changed = []] = [telling[0], telling[place]];
    const effect = intervalOf(changed.map((harm, pair) => harm - (unchanged[pair] ?? 0)));
    return [offer(found, { action, parameters }, purpose, before, { after: intervalOf(changed), effect })];
  });
}

function offer(
  found: Found,
  { action, parameters }: { readonly action: Action; readonly parameters: Readonly<Record<string, number>> },
  purpose: Purpose,
  before: Interval,
  told: { readonly after: Interval; readonly effect: Interval } | null,
): Unranked {
  const { rows: of, buckets } = found.tables.candidate;
  const share = parameters.real_share ?? 0;
  const added = action === "regenerate" ? of : Math.round((share / (1 - share)) * of);
  const gone: Readonly<Partial<Record<Action, () => number>>> = {
    drop_flagged: () => found.localization?.flagged?.size ?? 0,
    deduplicate: () => Math.round(sumOf(buckets).duplicates),
    regenerate: () => of,
    stop: () => of,
  };
  const rows = { kept: of - (gone[action]?.() ?? 0), added };
  return {
    action,
    says: sayAction({ action, parameters, rows }, of, found.measured),
    parameters: { ...parameters },
    purpose,
    before,
    after: told?.after ?? null,
    effect: told?.effect ?? null,
    helps: told !== null && told.effect.high < 0,
    rows,
    cost: priceAction({ action, rows }, found.prices),
  };
}

/** Training anyway is what stopping spares. */
function stopping(found: Found, stop: Unranked): Unranked {
  const chance = found.confidence ?? shareBeyond(stop.before);
  const lost = priceTraining(chance, found.prices);
  return {
    ...stop,
    says: sayStop(chance, lost),
    parameters: { chance, ...(lost === null ? {} : { expected_loss: lost.amount }) },
  };
}

/** The share of the pairs beyond the margin, between the 5 %, the median and the 95 % that are known of them. */
function shareBeyond({ low, value, high }: Interval): number {
  if (low >= 1) return 1;
  if (high <= 1) return 0;
  return value > 1 ? 0.5 + (0.45 * (value - 1)) / (value - low) : 0.5 - (0.45 * (1 - value)) / (high - value);
}

const marginsOf = ({ value, low, high, margin }: HarmChannel): Interval => ({
  value: value / margin,
  low: low / margin,
  high: high / margin,
});
