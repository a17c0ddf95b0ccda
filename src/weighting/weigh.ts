import { requireFinite } from "../data/column";
import { remember, sourceOf } from "../data/source";
import { fail } from "../errors/error";
import { count, describeValue, listSome } from "../errors/words";
import type { PropensityModel } from "../propensity/types";
import { requireEstimand, requireOptions } from "./arguments";
import { concentration, incompleteRows, nearCertain, trimming } from "./diagnose";
import { scoreWeights, stabiliseByShares } from "./score-weights";
import { countByArm, tallyWeights } from "./tally";
import { type AskedTrim, boundsOf, readTrim } from "./trim-options";
import { quantileOf } from "./trimming";
import type { ResolvedTrim, WeighOptions, WeightEstimand, Weights } from "./types";

const ESTIMANDS: readonly WeightEstimand[] = ["ATE", "ATT", "ATC", "overlap", "matching"];

/**
 * Weights from a propensity score that make treated and control units alike without matching them.
 *
 * With e the score of a unit, the weights of treated | control units are, by estimand:
 *
 * - `ATE`: 1/e | 1/(1 − e); with `stabilise`, multiplied by the share of the unit's own group, so that they average about 1;
 * - `ATT`: 1 | e/(1 − e); `ATC`: (1 − e)/e | 1;
 * - `overlap`: 1 − e | e, which never exceeds 1 and, from a logit model fitted without prior weights, balances the means of
 *   all its terms exactly;
 * - `matching`: min(e, 1 − e)/e | min(e, 1 − e)/(1 − e), the counterpart of 1:1 matching with a caliper.
 *
 * They are not normalised: estimators divide by each group's sum. Stabilising has a meaning for the ATE only, where it
 * puts both groups on the scale of the sample (it changes neither normalised estimates nor effective sizes): it is refused
 * for other estimands. Prior (sampling) weights of the propensity model are not multiplied in.
 *
 * `trim: 0.99` or `{ type: "truncate", quantile: 0.99 }` sets weights above that quantile (R's type 7; of the reweighted
 * group for ATT and ATC, of both groups together otherwise) to it. `{ type: "trim", bounds: [0.1, 0.9] }` leaves units
 * outside out, with weight 0; `bounds: "crump"` takes the bounds that minimise the variance of the ATE. Shares for
 * `stabilise` are those of the units kept. Diagnostics count what was changed, and tell of near-certain scores and of
 * weights that few units hold.
 *
 * @param model - from `fitPropensity`; n rows.
 * @param options - `estimand` is required; see {@link WeighOptions}.
 * @returns n weights ≥ 0 in the caller's rows, 0 for rows left out; counts, effective sizes, shares, diagnostics.
 * @throws `invalid-argument`, `wrong-type` where the subject is no propensity model, `non-finite` for a score that makes a
 *   weight infinite, `empty-group` where trimming leaves no one in a group.
 * @example
 * ```ts
 * import { fitPropensity, weigh } from "likewise";
 * const schools = { treated: [1, 1, 1, 0, 1, 0, 0, 0], urban: [1, 1, 1, 1, 0, 0, 0, 0] };
 * const weights = weigh(fitPropensity("treated ~ urban", schools), { estimand: "ATT" });
 * weights.weights; // 1 for the treated; 3 for the urban control, 1/3 for each of the others
 * ```
 * @see Horvitz & Thompson (1952), JASA 47:663-685; Robins, Hernán & Brumback (2000), Epidemiology 11:550-560; Li, Morgan
 *   & Zaslavsky (2018), JASA 113:390-400; Li & Greene (2013), Int. J. Biostatistics 9:215-234; Crump, Hotz, Imbens &
 *   Mitnik (2009), Biometrika 96:187-199; Cole & Hernán (2008), Am. J. Epidemiology 168:656-664 on truncation.
 */
export function weigh(model: PropensityModel, options: WeighOptions): Weights {
  requireModel(model);
  requireOptions(options, ["estimand", "stabilise", "trim"], "weigh");
  const estimand = requireEstimand(options.estimand, ESTIMANDS, "weigh");
  const stabilise = readStabilise(options.stabilise, estimand);
  const { scores, treated } = model;
  const complete = Uint8Array.from(scores, (score) => (Number.isNaN(score) ? 0 : 1));
  const asked = readTrim(options.trim, estimand);
  const bounds = boundsOf(asked, scores, complete);
  const kept = complete.slice();
  const outside = new Uint8Array(scores.length);
  if (bounds) {
    for (let row = 0; row < scores.length; row++) {
      if (complete[row] === 0 || (scores[row] >= bounds[0] && scores[row] <= bounds[1])) continue;
      kept[row] = 0;
      outside[row] = 1;
    }
  }
  const raw = scoreWeights(scores, treated, kept, estimand);
  refuseInfinite(raw, treated, scores);
  if (stabilise) stabiliseByShares(raw, treated, kept);
  requireArms(raw, treated, bounds);
  const { weights, cut, limit } = truncate(raw, treated, asked, estimand);
  const trim = resolved(asked, bounds, limit);
  const tally = tallyWeights(weights, treated);
  const trimmed = countByArm(treated, outside);
  const truncated = countByArm(treated, cut);
  const result: Weights = {
    kind: "weights",
    estimand,
    weights,
    treated,
    scores,
    complete,
    treatment: model.treatment,
    covariates: model.covariates,
    options: { method: "propensity-score", link: model.link, stabilise, trim },
    counts: {
      all: countByArm(treated, complete),
      weighted: tally.weighted,
      effective: tally.effective,
      trimmed,
      truncated,
    },
    largestShare: tally.largestShare,
    topPercentShare: tally.topPercentShare,
    solutions: [],
    diagnostics: [
      ...incompleteRows(complete),
      ...trimming(trim, trimmed, truncated),
      ...nearCertain(scores, treated, weights, estimand),
      ...concentration(tally),
    ],
  };
  return remember(result, { data: sourceOf(model)?.data, model });
}

function requireModel(model: unknown): void {
  const kind = typeof model === "object" && model !== null && "kind" in model ? model.kind : undefined;
  if (kind !== "propensity-model") {
    const given = kind === undefined ? describeValue(model) : `a ${String(kind)}`;
    fail("wrong-type", `weigh needs a propensity model, not ${given}: fitPropensity(formula, data) makes one.`);
  }
  const { scores } = model as PropensityModel;
  requireFinite(scores, "score");
  const row = scores.findIndex((score) => score < 0 || score > 1);
  if (row < 0) return;
  fail("invalid-argument", `The score in row ${row + 1} is ${scores[row]}; scores are probabilities from 0 to 1.`, {
    row,
  });
}

function readStabilise(value: unknown, estimand: WeightEstimand): boolean {
  if (value === undefined || value === false) return false;
  if (value !== true) {
    fail("invalid-argument", `The option "stabilise" must be true or false, not ${describeValue(value)}.`);
  }
  if (estimand === "ATE") return true;
  return fail(
    "invalid-argument",
    `Stabilised weights have a meaning for the ATE only, not for "${estimand}": there it would multiply a group by a constant, which changes nothing. Leave "stabilise" out.`,
    { option: "stabilise", estimand },
  );
}

function resolved(asked: AskedTrim, bounds: readonly [number, number] | null, limit: number): ResolvedTrim {
  if (asked.type === "none") return asked;
  if (asked.type === "truncate") return { ...asked, limit };
  return { type: "trim", rule: asked.bounds === "crump" ? "crump" : "bounds", bounds: bounds as [number, number] };
}

function refuseInfinite(weights: Float64Array, treated: Uint8Array, scores: Float64Array): void {
  const rows: number[] = [];
  for (let row = 0; row < weights.length; row++) if (!Number.isFinite(weights[row])) rows.push(row);
  if (rows.length === 0) return;
  const [first] = rows;
  const who = treated[first] === 1 ? "treated" : "a control";
  fail(
    "non-finite",
    `${count(rows.length, "unit")} would have an infinite weight (row ${listSome(rows.map((row) => row + 1))}): ` +
      `row ${first + 1} is ${who} with a score of ${scores[first]}. Trim such scores or use overlap weights.`,
    { rows },
  );
}

function requireArms(weights: Float64Array, treated: Uint8Array, bounds: readonly [number, number] | null): void {
  for (const [arm, word] of [
    [1, "treated"],
    [0, "control"],
  ] as const) {
    if (weights.some((weight, row) => weight > 0 && treated[row] === arm)) continue;
    const reason = bounds ? `with a score from ${bounds[0]} to ${bounds[1]}: widen the bounds.` : "with a weight.";
    fail("empty-group", `There is no ${word} unit ${reason}`, { arm: word });
  }
}

/** Weights above the quantile set to it, with who was cut; the group whose weights are all 1 does not set the quantile. */
function truncate(
  raw: Float64Array,
  treated: Uint8Array,
  asked: AskedTrim,
  estimand: WeightEstimand,
): { weights: Float64Array; cut: Uint8Array; limit: number } {
  const cut = new Uint8Array(raw.length);
  if (asked.type !== "truncate") return { weights: raw, cut, limit: Number.POSITIVE_INFINITY };
  const focal = estimand === "ATT" ? 1 : estimand === "ATC" ? 0 : -1;
  const reweighted = raw.filter((weight, row) => weight > 0 && treated[row] !== focal);
  const limit = quantileOf(reweighted, asked.quantile);
  const weights = raw.slice();
  for (let row = 0; row < raw.length; row++) {
    if (treated[row] === focal || !(raw[row] > limit)) continue;
    weights[row] = limit;
    cut[row] = 1;
  }
  return { weights, cut, limit };
}
