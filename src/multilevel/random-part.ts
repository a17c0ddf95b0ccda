import type { Column, Frame } from "../data/types";
import type { Design } from "../formula/types";
import { groupEstimates, pullsOf } from "./group-estimates";
import { codesOfNested, nestedPlaces } from "./nested/places";
import type { Places, PlacesOfRows } from "./places";
import { randomVariables } from "./slopes/design";
import { scaledColumns, scaledCovariance, scaledModes } from "./slopes/modes";
import type { MixedModel } from "./types";

/** What the model's random effects say of rows, whatever its random part. */
export function placesOf(model: MixedModel): Places {
  if (model.structure === "nested") return nestedPlaces(model);
  if (model.structure === "slopes") return scaledModes(model);
  const estimates = groupEstimates(model);
  return { estimates: estimates.estimate, conditional: estimates.conditional, pulls: pullsOf(estimates) };
}

/** The place of every row, by the model's own groups. */
export function placesOfRows(model: MixedModel, design: Design): PlacesOfRows {
  if (model.structure === "nested") return codesOfNested(model, design.groups);
  const { levels, group } = model.summary;
  const [column] = design.groups;
  const position = new Map(levels.map((level, j) => [level, j]));
  const code = Int32Array.from(column.levels, (level) => position.get(level) ?? -1);
  const seen = new Uint8Array(column.levels.length);
  const codes = column.codes.map((own) => {
    seen[own] = 1;
    return code[own];
  });
  const unknown = column.levels.filter((_, own) => seen[own] === 1 && code[own] < 0);
  return { codes, unknown: unknown.map((level) => ({ group, level })) };
}

/** The columns of a table that slopes are made of: what has to be complete besides the fixed part. */
export function slopeVariables(model: MixedModel, table: Frame): Column[] {
  return model.structure === "slopes" ? randomVariables(model.summary.random, table) : [];
}

/**
 * The rows' random columns z, q of n numbers, of slopes shifted and scaled as in the summary; null for random intercepts
 * alone, which are 1 in every row.
 */
export function randomColumns(model: MixedModel, table: Frame, design: Design): readonly Float64Array[] | null {
  return model.structure === "slopes" ? scaledColumns(model, table, design.rows) : null;
}

/** Σ, q × q: the covariance of the random effects of a row of which no group is known. */
export function randomCovariance(model: MixedModel): Float64Array {
  return model.structure === "slopes" ? scaledCovariance(model) : Float64Array.of(model.variances.group);
}
