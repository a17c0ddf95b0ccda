import { type FormattedCell, fixed, pValue, type Table, text } from "../display/table";
import type { Effect } from "./estimate-types";

const POPULATIONS: Readonly<Record<Effect["estimand"], string>> = {
  ATT: "the treated",
  ATC: "the controls",
  ATE: "all units",
  overlap: "units that could be in either group",
  matching: "units that matching on the score would keep",
};

/** The effect as a table: estimate, error, interval, and how they were made. */
export function estimateTable(effect: Effect): Table {
  const { clusters, df, level, diagnostics } = effect;
  const number = (value: number): FormattedCell => ({ value, format: fixed(3) });
  const on = clusters === null ? "" : `, on ${clusters.map(({ name, count }) => `${name} (${count})`).join(" and ")}`;
  const degrees = df === Number.POSITIVE_INFINITY ? "normal" : `t with ${df} degrees of freedom`;
  return {
    kind: "table",
    title: `Effect of ${effect.treatment} on ${effect.outcome} (${effect.estimand}: ${POPULATIONS[effect.estimand]})`,
    columns: [
      { name: "", format: text },
      { name: "value", format: fixed(3) },
    ],
    rows: [
      ["estimate", number(effect.estimate)],
      ["standard error", number(effect.standardError)],
      ["t", number(effect.t)],
      ["p", { value: effect.p, format: pValue }],
      ["lower", number(effect.lower)],
      ["upper", number(effect.upper)],
    ],
    notes: [
      `${effect.formula}; ${effect.n} rows; standard error: ${effect.se}${on}; ${degrees}; ${Math.round(level * 1000) / 10} % interval.`,
      ...diagnostics.map(({ message }) => message),
    ],
  };
}
