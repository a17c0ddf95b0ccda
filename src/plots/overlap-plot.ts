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
 * A mirrored histogram of the score, treated above and controls below, with the region of common support shaded; of a match
 * also the matched units, in full colour over all units in pale.
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
  const counts = {
    all: [new Float64Array(bins), new Float64Array(bins)],
    matched: [new Float64Array(bins), new Float64Array(bins)],
  };
  let units = 0;
  for (let i = 0; i < score.length; i++) {
    if (Number.isNaN(score[i])) continue;
    units++;
    const bin = Math.min(bins - 1, Math.floor((score[i] - low) / width));
    counts.all[treated[i]][bin]++;
    if (weights !== null && weights[i] > 0) counts.matched[treated[i]][bin]++;
  }
  const bars = (of: readonly Float64Array[]) =>
    [1, 0].flatMap((arm) =>
      [...of[arm]]
        .map((count, bin) => ({
          group: arm === 1 ? "treated" : "control",
          from: low + bin * width,
          to: low + (bin + 1) * width,
          count: arm === 1 ? count : -count,
        }))
        .filter(({ count }) => count !== 0),
    );
  const support = [Math.max(range[0][0], range[1][0]), Math.min(range[0][1], range[1][1])];
  const outside = score.reduce((sum, value) => sum + (value < support[0] || value > support[1] ? 1 : 0), 0);
  const layer = (of: readonly Float64Array[], opacity: number) => ({
    data: { values: bars(of) },
    mark: { type: "bar", opacity, binSpacing: 0.5 },
    encoding: {
      x: { field: "from", bin: { binned: true }, type: "quantitative", title: label },
      x2: { field: "to" },
      y: {
        field: "count",
        type: "quantitative",
        title: "units (controls below)",
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
        `${whole(units)} units${weights === null ? "" : " (pale), matched ones in full colour"}; common support ` +
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
        layer(counts.all, weights === null ? 0.9 : 0.3),
        ...(weights === null ? [] : [layer(counts.matched, 0.95)]),
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
