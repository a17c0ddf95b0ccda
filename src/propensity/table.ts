import { fixed, pValue, type Table, text } from "../display/table";
import { normalSurvival } from "../distributions/normal";
import { count } from "../errors/words";
import type { PropensityModel } from "./types";

/** Coefficients with Wald z tests, as R's `summary(glm)`. */
export function propensityTable(model: PropensityModel): Table {
  const treated = model.treated.reduce((sum, value) => sum + value, 0);
  return {
    kind: "table",
    title: `Propensity model (${model.link}): ${model.formula}`,
    columns: [
      { name: "", format: text },
      { name: "Estimate", format: fixed(4) },
      { name: "Std. Error", format: fixed(4) },
      { name: "z", format: fixed(2) },
      { name: "p", format: pValue },
    ],
    rows: model.terms.map((term, k) => {
      const z = model.coefficients[k] / model.standardErrors[k];
      return [term, model.coefficients[k], model.standardErrors[k], z, 2 * normalSurvival(Math.abs(z))];
    }),
    notes: [
      `${count(treated, "treated", "treated")} (${model.treatment.name} = ${model.treatment.level}) and ${count(model.nobs - treated, "control")}.`,
      `Deviance ${model.deviance.toFixed(3)} (null ${model.nullDeviance.toFixed(3)})${Number.isNaN(model.aic) ? "" : `, AIC ${model.aic.toFixed(3)}`}; ${count(model.iterations, "iteration")}.`,
      ...model.diagnostics.map((entry) => entry.message),
    ],
  };
}
