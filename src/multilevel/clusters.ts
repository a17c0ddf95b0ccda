import { getColumn, isMissingAt, toCategorical, valueAt } from "../data/column";
import { sourceOf } from "../data/source";
import type { Column, Frame } from "../data/types";
import { fail } from "../errors/error";
import { buildDesign } from "../formula/design";
import { slopeVariables } from "./random-part";
import { summaryOfRows, weightsOfRows } from "./rows";
import type { MixedModel } from "./types";

/** The (outermost) groups of each cluster, by their positions; every group by itself where no clusters are named. */
export function groupsByCluster(
  model: MixedModel,
  clusters: string | Readonly<Record<string, string | number>> | undefined,
): readonly (readonly number[])[] {
  const { levels, group } = model.randomTerms[model.randomTerms.length - 1];
  if (clusters === undefined) return levels.map((_, j) => [j]);
  if (typeof clusters !== "string" && !isObject(clusters)) {
    fail(
      "invalid-argument",
      `clusters must be a column of the rows, or an object with the cluster of each level of ${group}.`,
    );
  }
  const of = typeof clusters === "string" ? clustersInRows(model, group, clusters) : new Map(Object.entries(clusters));
  const members = new Map<string, number[]>();
  levels.forEach((level, j) => {
    const cluster = of.get(level);
    if (cluster === undefined || cluster === null || Number.isNaN(cluster)) {
      fail("invalid-argument", `The ${group} "${level}" has no cluster. Give one for each level of ${group}.`, {
        level,
      });
    }
    const name = String(cluster);
    const known = members.get(name);
    if (known === undefined) members.set(name, [j]);
    else known.push(j);
  });
  if (members.size > 1) return [...members.values()];
  return fail(
    "too-few-groups",
    `All of ${group} is one cluster, and errors clustered above ${group} come from differences between clusters.`,
    { clusters: 1 },
  );
}

/** No array, Map or null, whose entries are not those of levels. */
function isObject(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** The cluster of each level from a column of the remembered rows, those left aside that the fit left out. */
function clustersInRows(model: MixedModel, group: string, name: string): Map<string, string> {
  const data = sourceOf(model)?.data;
  if (data === undefined) {
    return fail(
      "invalid-argument",
      `The model remembers no rows to find "${name}" in. Give the cluster of each ${group}: clusters: { ... }.`,
    );
  }
  const groups = toCategorical(getColumn(data, group));
  const column = getColumn(data, name);
  const clusters = new Map<string, string>();
  const visit = (row: number): void => {
    const code = groups.codes[row];
    if (isMissingAt(column, row)) return;
    const level = groups.levels[code];
    const cluster = String(valueAt(column, row));
    const known = clusters.get(level);
    if (known === undefined) clusters.set(level, cluster);
    else if (known !== cluster) {
      fail(
        "invalid-argument",
        `The ${group} "${level}" is in the ${name} "${known}" and, in row ${row + 1}, in "${cluster}". Clusters hold whole groups.`,
        { level, row },
      );
    }
  };
  const { rows, n } = buildDesign(summaryOfRows(model).bound, data, {
    alsoComplete: columnsOfRows(model, data).filter((own) => own !== null),
  });
  for (let i = 0; i < n; i++) visit(rows === null ? i : rows[i]);
  return clusters;
}

/** Columns besides the design's in which the rows of a fit are complete. */
function columnsOfRows(model: MixedModel, data: Frame): (Column | null)[] {
  const { pupils, schools } = weightsOfRows(model, data, undefined);
  return [pupils, schools, ...slopeVariables(model, data)];
}
