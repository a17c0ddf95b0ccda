import { fail } from "../errors/error";
import type { MixedModel, RandomEffect } from "../multilevel/types";
import { COLOURS, specification, type VegaLiteSpec, whole } from "./specification";

export interface CaterpillarOptions {
  /** Half-width in comparative standard errors (default 1.39: two groups differ at 5 % where their intervals part). */
  readonly width?: number;
  /** Groups to draw dark, such as those with the treatment. */
  readonly highlight?: readonly string[];
  /** What the highlighted groups are (default `highlighted`). */
  readonly highlightName?: string;
  /** Default `Groups in order`. */
  readonly title?: string;
  /** What the groups are, such as `schools` (default `groups` and the column's name). */
  readonly groups?: string;
  /** Of the outcome (default `units of the outcome`). */
  readonly unit?: string;
}

/**
 * A caterpillar plot: every group's shrunken estimate in order, with an interval for comparing it with the others.
 *
 * @param model - names group and outcome.
 * @param effects - what `randomEffects(model)` gives.
 * @throws `invalid-argument` without effects.
 * @example
 * ```ts
 * import { fitMixed, randomEffects } from "likewise";
 * import { caterpillarPlot } from "likewise/plots";
 * const model = fitMixed("score ~ 1 + (1 | school)", { school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6] });
 * caterpillarPlot(model, randomEffects(model)).title; // { text: "Groups in order", … }
 * ```
 * @see Goldstein & Healy (1995), JRSS A 158:175-177.
 */
export function caterpillarPlot(
  model: MixedModel,
  effects: readonly RandomEffect[],
  options: CaterpillarOptions = {},
): VegaLiteSpec {
  const { width = 1.39, highlight = [], highlightName = "highlighted", title = "Groups in order" } = options;
  const { groups = `groups (${model.randomTerms[0].group})`, unit = "units of the outcome" } = options;
  if (effects.length === 0) fail("invalid-argument", "A caterpillar plot needs the random effects of a model.");
  const marked = new Set(highlight);
  const values = [...effects]
    .sort((a, b) => a.estimate - b.estimate)
    .map(({ level, estimate, comparativeSe }, i) => ({
      rank: i + 1,
      level,
      estimate,
      lower: estimate - width * comparativeSe,
      upper: estimate + width * comparativeSe,
      kind: marked.has(level) ? highlightName : "others",
    }));
  const colour = {
    field: "kind",
    type: "nominal",
    scale: {
      domain: [highlightName, "others"],
      range: [COLOURS.treated, marked.size === 0 ? COLOURS.treated : COLOURS.control],
    },
    legend: marked.size === 0 ? null : { title: null, orient: "top", symbolOpacity: 1 },
  };
  const rank = {
    field: "rank",
    type: "quantitative",
    title: "rank",
    axis: { grid: false, tickMinStep: 1 },
    scale: { domain: [0.5, values.length + 0.5], nice: false },
  };
  return specification(
    {
      title,
      caption: `${whole(values.length)} ${groups}, shrunken estimates ± ${width} comparative standard errors: two differ where their intervals part.`,
    },
    {
      width: 560,
      height: 280,
      data: { values },
      layer: [
        { mark: { type: "rule", color: COLOURS.neutral }, encoding: { y: { datum: 0 } } },
        {
          mark: { type: "rule", opacity: 0.55 },
          encoding: {
            x: rank,
            y: {
              field: "lower",
              type: "quantitative",
              title: `${options.groups === undefined ? "group effect" : "effect"} (${unit})`,
            },
            y2: { field: "upper" },
            color: colour,
          },
        },
        {
          mark: { type: "point", filled: true, size: 16, opacity: 1 },
          encoding: {
            x: rank,
            y: { field: "estimate", type: "quantitative" },
            color: colour,
            tooltip: [{ field: "level" }, { field: "estimate", format: ".3f" }],
          },
        },
      ],
    },
  );
}
