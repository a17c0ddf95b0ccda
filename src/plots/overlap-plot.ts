import { formatValue } from "../display/format";
import { fixed } from "../display/table";
import { fail } from "../errors/error";
import type { MatchResult } from "../matching/types/result";
import type { PropensityModel } from "../propensity/types";
import { COLOURS, specification, type VegaLiteSpec, whole } from "./specification";

export interface OverlapPlotOptions {
  /** Bars over the range of the score (default 40). */
  readonly bins?: number;
  /** Of a propensity model: the probability (default) or the linear predictor. */
  readonly scale?: "probability" | "linear";
}

/**
 * A mirrored histogram of the score, treated above and controls below, with the region of common support shaded. Bars are per cent
 * of their group, so that a few treated stand beside thousands of controls; of a match also the matched units by their weights,
 * narrow and in full colour over all units, wide and pale: where matching did its work, the narrow ones mirror each other.
 *
 * @throws `invalid-argument` for a match without a score, or a number of bins that is not one.
 * @example
 * ```ts
 * import { fitPropensity } from "likewise";
 * import { overlapPlot } from "likewise/plots";
 * const model = fitPropensity("t ~ x", { t: [0, 1, 0, 1, 0, 1], x: [1, 2, 3, 3, 2, 4] });
 * overlapPlot(model).title; // { text: "Overlap of the propensity score", … }
 * ```
 */
export function overlapPlot(subject: PropensityModel | MatchResult, options: OverlapPlotOptions = {}): VegaLiteSpec {
  const { bins = 40, scale = "probability" } = options;
  if (!Number.isInteger(bins) || bins < 1) fail("invalid-argument", `bins is a whole number from 1, not ${bins}.`);
  const { score, label } = scoreOf(subject, scale);
  const { treated } = subject;
  const weights = subject.kind === "match-result" ? subject.weights : null;
  const range = rangesOf(score, treated);
  const [low, high] = [Math.min(range[0][0], range[1][0]), Math.max(range[0][1], range[1][1])];
  const width = (high - low || 1) / bins;
  const all = [new Float64Array(bins), new Float64Array(bins)];
  const matched = [new Float64Array(bins), new Float64Array(bins)];
  const [units, used] = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < score.length; i++) {
    if (Number.isNaN(score[i])) continue;
    const bin = Math.min(bins - 1, Math.floor((score[i] - low) / width));
    units[treated[i]]++;
    all[treated[i]][bin]++;
    if (weights !== null && weights[i] > 0) {
      used[treated[i]]++;
      matched[treated[i]][bin] += weights[i];
    }
  }
  /** Each bin's per cent of its group, downwards for controls; a margin of the bin's width stays free on both sides. */
  const bars = (of: readonly Float64Array[], margin: number) =>
    [1, 0].flatMap((arm) => {
      const total = of[arm].reduce((sum, count) => sum + count, 0);
      return [...of[arm]]
        .map((count, bin) => ({
          group: arm === 1 ? "treated" : "control",
          from: low + (bin + margin) * width,
          to: low + (bin + 1 - margin) * width,
          share: ((arm === 1 ? 100 : -100) * count) / total,
        }))
        .filter(({ share }) => share !== 0);
    });
  const support = [Math.max(range[0][0], range[1][0]), Math.min(range[0][1], range[1][1])];
  const outside = score.reduce((sum, value) => sum + (value < support[0] || value > support[1] ? 1 : 0), 0);
  const layer = (of: readonly Float64Array[], opacity: number, margin: number) => ({
    data: { values: bars(of, margin) },
    mark: { type: "bar", opacity, binSpacing: 0.5 },
    encoding: {
      x: { field: "from", bin: { binned: true }, type: "quantitative", title: label },
      x2: { field: "to" },
      y: {
        field: "share",
        type: "quantitative",
        title: "% of the group (controls below)",
        stack: null,
        axis: { labelExpr: "format(abs(datum.value), ',')" },
      },
      color: {
        field: "group",
        type: "nominal",
        scale: { domain: ["treated", "control"], range: [COLOURS.treated, COLOURS.control] },
        legend: { title: null, orient: "top", symbolOpacity: 1 },
      },
    },
  });
  return specification(
    {
      title: `Overlap of ${label}`,
      caption:
        `${whole(units[1])} treated and ${whole(units[0])} controls${
          weights === null ? "" : ` (pale), of whom ${whole(used[1])} and ${whole(used[0])} matched (full colour)`
        }; common support ` +
        (support[0] <= support[1]
          ? `from ${decimals(support[0])} to ${decimals(support[1])} (grey), ${whole(outside)} units outside it.`
          : "is empty: no score occurs in both groups' ranges."),
    },
    {
      width: 480,
      height: 260,
      layer: [
        ...(support[0] <= support[1]
          ? [
              {
                data: { values: [{ from: support[0], to: support[1] }] },
                mark: { type: "rect", color: "#999999", opacity: 0.15 },
                encoding: { x: { field: "from", type: "quantitative" }, x2: { field: "to" } },
              },
            ]
          : []),
        layer(all, weights === null ? 0.9 : 0.35, 0),
        ...(weights === null ? [] : [layer(matched, 1, 0.25)]),
      ],
    },
  );
}

const decimals = (value: number): string => formatValue(value, fixed(3));

function scoreOf(
  subject: PropensityModel | MatchResult,
  scale: "probability" | "linear",
): { readonly score: Float64Array; readonly label: string } {
  if (subject.kind === "propensity-model") {
    return scale === "linear"
      ? { score: subject.linearPredictor, label: "the linear predictor" }
      : { score: subject.scores, label: "the propensity score" };
  }
  if (subject.score === null) {
    return fail("invalid-argument", "The match was made without a score, so there is no overlap of scores to draw.");
  }
  const names = { probability: "the propensity score", linear: "the linear predictor", given: "the score" };
  return { score: subject.score, label: names[subject.scale ?? "given"] };
}

/** Least and largest score of controls and treated. */
function rangesOf(score: Float64Array, treated: Uint8Array): [number, number][] {
  const ranges: [number, number][] = [
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ];
  for (let i = 0; i < score.length; i++) {
    const range = ranges[treated[i]];
    if (score[i] < range[0]) range[0] = score[i];
    if (score[i] > range[1]) range[1] = score[i];
  }
  return ranges;
}
