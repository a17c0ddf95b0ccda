import { columnNames } from "../data/column";
import { drawPupils } from "../synthetic/pupil-stream";
import { truthOf } from "../synthetic/truth";
import type { SimulatedSchools } from "../synthetic/types";
import { apart, DEFAULT_COLUMNS } from "./columns";
import { requirePupilColumns, requireSchoolColumns, sourceOfTables } from "./tables";
import type { StudyColumns, StudySource, StudyTables } from "./types";

/** Covariates chosen instead of all those of the source. */
export type CovariateChoice = Partial<Pick<StudyColumns, "schoolCovariates" | "pupilCovariates">>;

/** Simulated schools or a user's tables as the study reads them. */
export function studySource(data: SimulatedSchools | StudyTables, choice: CovariateChoice = {}): StudySource {
  const chosen = {
    ...(choice.schoolCovariates === undefined ? {} : { schoolCovariates: choice.schoolCovariates }),
    ...(choice.pupilCovariates === undefined ? {} : { pupilCovariates: choice.pupilCovariates }),
  };
  if ("kind" in data) return sourceOfSimulation(data, chosen);
  return sourceOfTables({ ...data, columns: { ...data.columns, ...chosen } });
}

function sourceOfSimulation(simulated: SimulatedSchools, chosen: CovariateChoice): StudySource {
  const columns = { ...DEFAULT_COLUMNS, ...chosen };
  const ids = simulated.schools.columns[0] as { readonly levels: readonly string[] };
  const example = drawPupils(simulated, { schools: [ids.levels[0]] });
  requireSchoolColumns(columnNames(simulated.schools), columns, "The table of simulated schools");
  requirePupilColumns(columnNames(example), columns, "The table of simulated pupils");
  const { schools, names } = apart(simulated.schools, columnNames(example), columns);
  return {
    kind: "study-source",
    origin: "simulated",
    seed: simulated.options.seed,
    simulation: simulated.options,
    schools,
    pupils: (rows, year) =>
      drawPupils(simulated, { schools: Array.from(rows, (row) => ids.levels[row]), years: [year] }),
    truth: (treated, comparators, year) => truthOf(simulated, { treated, comparators, year }),
    columns: { ...columns, schoolCovariates: names },
    diagnostics: [],
  };
}
