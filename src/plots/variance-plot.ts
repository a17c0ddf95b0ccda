import { fail } from "../errors/error";
import type { MixedModel } from "../multilevel/types";
import { COLOURS, specification, type VegaLiteSpec, whole } from "./specification";

/** A model and what it is called: `M0`, `M1 pupils`. */
export interface NamedModel {
  readonly name: string;
  readonly model: MixedModel;
}

export interface VariancePlotOptions {
  /** What rows and groups are, such as `pupils` and `schools` (default `rows` and `groups`). */
  readonly rows?: string;
  readonly groups?: string;
  /** Of the variance (default `squared units of the outcome`). */
  readonly unit?: string;
}

/**
 * Bars of the variance between groups and within them, model by model, in units of the outcome's variance; the share between
 * groups stands at each bar.
 *
 * @throws `invalid-argument` without models.
 * @example
 * ```ts
 * import { fitMixed } from "likewise";
 * import { variancePlot } from "likewise/plots";
 * const model = fitMixed("score ~ 1 + (1 | school)", { school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6] });
 * variancePlot([{ name: "M0", model }]).title; // { text: "Variance between and within groups", … }
 * ```
 */
export function variancePlot(models: readonly NamedModel[], options: VariancePlotOptions = {}): VegaLiteSpec {
  const { rows = "rows", groups = "groups", unit = "squared units of the outcome" } = options;
  const [between, within] = [`between ${groups}`, `within ${groups}`];
  if (models.length === 0) fail("invalid-argument", "A plot of variances needs at least one model.");
  const values = models.flatMap(({ name, model }) => [
    { model: name, part: between, variance: model.variances.group, order: 0 },
    { model: name, part: within, variance: model.variances.residual, order: 1 },
  ]);
  const shares = models.map(({ name, model }) => ({
    model: name,
    total: model.variances.group + model.variances.residual,
    label: `${(100 * model.icc).toFixed(1)} % between`,
  }));
  const y = { field: "model", type: "nominal", sort: models.map(({ name }) => name), title: null };
  const [{ model }] = models;
  return specification(
    {
      title: `Variance between and within ${groups}`,
      caption: `${whole(model.nobs)} ${rows} in ${whole(model.ngroups)} ${options.groups ?? `groups (${model.randomTerms[0].group})`}; not counting what the covariates explain.`,
    },
    {
      width: 400,
      height: { step: 34 },
      layer: [
        {
          data: { values },
          mark: { type: "bar", stroke: "white", strokeWidth: 0.5 },
          encoding: {
            y,
            x: {
              field: "variance",
              type: "quantitative",
              stack: "zero",
              title: `variance (${unit})`,
            },
            order: { field: "order" },
            color: {
              field: "part",
              type: "nominal",
              scale: { domain: [between, within], range: [COLOURS.treated, COLOURS.control] },
              legend: { title: null, orient: "top" },
            },
          },
        },
        {
          data: { values: shares },
          mark: { type: "text", align: "left", dx: 5, fontSize: 11, color: "currentColor" },
          encoding: { y, x: { field: "total", type: "quantitative" }, text: { field: "label" } },
        },
      ],
    },
  );
}
