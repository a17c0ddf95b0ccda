import { renameColumns } from "../data/select";
import type { Frame } from "../data/types";
import type { StudyColumns } from "./types";

/** Names and covariates of the simulated tables, and the defaults for a user's own. */
export const DEFAULT_COLUMNS: StudyColumns = {
  school: "school",
  phase: "phase",
  role: "role",
  cohort: "cohort",
  alliance: "alliance",
  ofsted: "ofsted",
  outstanding: "outstanding",
  schoolCovariates: ["intake", "fsm", "eal", "sen", "minority", "roll", "type", "region", "urban"],
  earlierOutcome: "outcome{year}",
  year: "year",
  outcome: "outcome",
  pupilCovariates: "prior + I(prior^2) + gender + fsm + eal + sen + ethnicity + idaci + birthMonth",
  subgroup: "fsm",
};

/** School columns that pupils have too (a school's share with free meals, a pupil's free meals) get `_school` at their end. */
export function apart(
  schools: Frame,
  pupilNames: readonly string[],
  columns: StudyColumns,
): { readonly schools: Frame; readonly names: readonly string[] } {
  const clashing = columns.schoolCovariates.filter((name) => pupilNames.includes(name));
  const renamed = Object.fromEntries(clashing.map((name) => [name, `${name}_school`]));
  return {
    schools: renameColumns(schools, renamed),
    names: columns.schoolCovariates.map((name) => renamed[name] ?? name),
  };
}
