import { fixed, percent, type Table, text, wholeNumber } from "../display/table";
import type { Recovery } from "./recovery-types";

/** A recovery as a table: each share and mean with its Monte Carlo standard error in the column after it. */
export function recoveryTable({ options, rows, diagnostics }: Recovery): Table {
  const { role, keyStage, cohort, year } = options.cell;
  const [sd, share] = [fixed(3), percent(1)];
  return {
    kind: "table",
    title: `Recovery of a known truth: ${role}, ${keyStage}, cohort ${cohort}, ${year}`,
    columns: [
      { name: "scenario", format: text },
      { name: "estimator", format: text },
      { name: "run", format: wholeNumber },
      { name: "failed", format: wholeNumber },
      { name: "bias", format: sd },
      { name: "(se)", format: sd },
      { name: "RMSE", format: sd },
      { name: "coverage", format: share },
      { name: "(se)", format: share },
      { name: "p < .05", format: share },
      { name: "type I", format: share },
      { name: "mean SE", format: sd },
      { name: "empirical SD", format: sd },
      { name: "ratio", format: fixed(2) },
    ],
    rows: rows.map((row) => [
      row.scenario,
      row.estimator,
      row.replications,
      row.failed,
      row.bias,
      row.biasSe,
      row.rmse,
      row.coverage,
      row.coverageSe,
      row.power,
      row.typeOneError,
      row.meanStandardError,
      row.empiricalSd,
      row.seRatio,
    ]),
    notes: [
      `Schools at ${options.scale} of the national scale; (se) are Monte Carlo standard errors.`,
      "Naive and regression only estimate the effect in all schools of the role in the pool, the others in matched ones; each is held against the truth of its own schools.",
      "Type I: share of replications in which the test of the true value rejects it at .05, which is 1 − coverage.",
      ...diagnostics.map(({ message }) => message),
    ],
  };
}
