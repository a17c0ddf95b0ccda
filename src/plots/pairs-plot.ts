import { fail } from "../errors/error";
import type { MatchResult } from "../matching/types/result";
import { COLOURS, specification, type VegaLiteSpec, whole } from "./specification";

export interface PairsPlotOptions {
  /** The most focal units drawn, spread evenly over the score (default 400). */
  readonly limit?: number;
}

/**
 * Matched pairs on the score: one row per focal unit in order of its score, joined to its partners; units without a partner
 * stand hollow.
 *
 * @throws `invalid-argument` for a match without pairs or without a score.
 * @example
 * ```ts
 * import { match } from "likewise";
 * import { pairsPlot } from "likewise/plots";
 * const pairs = match({ treated: [1, 0, 0, 1], score: [0.6, 0.3, 0.6, 0.4] }, { method: "nearest" });
 * pairsPlot(pairs).title; // { text: "Matched pairs", … }
 * ```
 */
export function pairsPlot(result: MatchResult, options: PairsPlotOptions = {}): VegaLiteSpec {
  const { limit = 400 } = options;
  const { focal, matches, width, score, treated } = result;
  if (focal === null || matches === null || score === null) {
    return fail("invalid-argument", "A plot of pairs needs a match that makes pairs and has a score.");
  }
  const kept = [...focal.keys()]
    .filter((k) => !Number.isNaN(score[focal[k]]))
    .sort((a, b) => score[focal[a]] - score[focal[b]]);
  const step = Math.max(1, kept.length / limit);
  const drawn = Array.from({ length: Math.floor(kept.length / step) }, (_, i) => kept[Math.floor(i * step)]);
  const partnersOf = (k: number) => [...matches.subarray(k * width, (k + 1) * width)].filter((row) => row >= 0);
  const pairs = drawn.flatMap((k, order) =>
    partnersOf(k).map((row) => ({ order, focal: score[focal[k]], partner: score[row] })),
  );
  const points = drawn.map((k, order) => ({
    order,
    score: score[focal[k]],
    unit: `${treated[focal[k]] === 1 ? "treated" : "control"}${partnersOf(k).length === 0 ? ", unmatched" : ""}`,
  }));
  const focalIsTreated = focal.length > 0 && treated[focal[0]] === 1;
  const partners = pairs.map(({ order, partner }) => ({
    order,
    score: partner,
    unit: focalIsTreated ? "control" : "treated",
  }));
  const axisTitle = result.scale === "linear" ? "linear predictor" : "score";
  const unmatched = kept.filter((k) => partnersOf(k).length === 0).length;
  return specification(
    {
      title: "Matched pairs",
      caption: `${whole(kept.length)} focal units in order of their score, ${whole(unmatched)} of them without a partner (hollow)${
        drawn.length < kept.length ? `; ${whole(drawn.length)} drawn` : ""
      }.`,
    },
    {
      width: 480,
      height: Math.max(120, Math.min(420, drawn.length * 8)),
      layer: [
        {
          data: { values: pairs },
          mark: { type: "rule", color: COLOURS.neutral, opacity: 0.6 },
          encoding: { x: { field: "focal", type: "quantitative" }, x2: { field: "partner" }, y: order },
        },
        // Partners lie on their focal units where the match is good: both must show.
        marks(points, 60, axisTitle),
        marks(partners, 14, axisTitle),
      ],
    },
  );
}

function marks(values: readonly object[], size: number, title: string): Record<string, unknown> {
  return {
    data: { values },
    mark: { type: "point", size, opacity: 0.95 },
    encoding: {
      x: { field: "score", type: "quantitative", title, scale: { zero: false } },
      y: order,
      shape: unitScale(["circle", "diamond", "circle", "diamond"]),
      stroke: unitScale([COLOURS.treated, COLOURS.control, COLOURS.treated, COLOURS.control]),
      fill: unitScale([COLOURS.treated, COLOURS.control, "transparent", "transparent"]),
    },
  };
}

const order = { field: "order", type: "quantitative", axis: null, scale: { zero: false } } as const;

const UNITS = ["treated", "control", "treated, unmatched", "control, unmatched"];

function unitScale(range: readonly string[]): Record<string, unknown> {
  return {
    field: "unit",
    type: "nominal",
    scale: { domain: UNITS, range },
    legend: { title: null, orient: "top" },
  };
}
