import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import type { DataLike } from "../../src/data/types";
import { isLikewiseError, type LikewiseError } from "../../src/errors/error";
import { distanceColumns } from "../../src/matching/covariates/columns";
import { type CovariatePoints, covariatePoints } from "../../src/matching/covariates/points";
import type { CovariateDistance } from "../../src/matching/covariates/problem";
import { squared } from "./covariate-by-hand";

const treated = Uint8Array.of(1, 0, 1, 0, 0, 1, 0, 1);
const age = [30, 34, 35, 41, 44, 52, 57, 58];
const income = [12, 15, 9, 30, 22, 31, 18, 40];
const region = ["n", "s", "n", "e", "s", "e", "n", "s"];

function points(distance: CovariateDistance, data: DataLike, names: string[]): CovariatePoints {
  const columns = distanceColumns(frame(data), names);
  return covariatePoints(distance, columns, treated, columns.complete);
}

function errorOf(run: () => unknown): LikewiseError {
  try {
    run();
  } catch (error) {
    if (isLikewiseError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was raised.");
}

describe("covariates as numbers", () => {
  it("gives each level a column, so that two levels are 1 apart", () => {
    const { columns, names, factors } = distanceColumns(frame({ region, age }), ["region", "age"]);
    expect(names).toEqual(["region", "region", "region", "age"]);
    expect([...factors]).toEqual(["region"]);
    expect([...columns[0]]).toEqual(region.map((value) => (value === "e" ? Math.SQRT1_2 : 0)));
    const { z } = points("euclidean", { region }, ["region"]);
    expect(squared(z, 0, 2)).toBe(0);
    expect(Math.abs(squared(z, 0, 1) - 1)).toBeLessThan(1e-15);
  });

  it("takes logicals as 0 and 1, and two levels of a factor for the same Mahalanobis distance", () => {
    const inWork = [true, false, false, true, true, false, true, true];
    const data = { age, inWork, work: inWork.map((value) => (value ? "yes" : "no")) };
    const one = points("mahalanobis", data, ["age", "inWork"]).z;
    const two = points("mahalanobis", data, ["age", "work"]).z;
    expect(distanceColumns(frame(data), ["inWork"]).columns[0]).toEqual(Float64Array.from(inWork, Number));
    for (let row = 1; row < 8; row++) expect(Math.abs(squared(one, 0, row) - squared(two, 0, row))).toBeLessThan(1e-12);
  });

  it("leaves levels that no one has without a column", () => {
    const table = frame({ region }, { levels: { region: ["n", "s", "e", "w"] } });
    expect(distanceColumns(table, ["region"]).names.length).toBe(3);
  });

  it("knows who has no point: a missing covariate empties all coordinates of the unit", () => {
    const { columns, complete } = distanceColumns(
      frame({ age: [null, ...age.slice(1)], region: [...region.slice(0, 7), null] }),
      ["age", "region"],
    );
    expect([...complete]).toEqual([0, 1, 1, 1, 1, 1, 1, 0]);
    for (const column of columns)
      expect([column[0], column[7], Number.isNaN(column[3])]).toEqual([Number.NaN, Number.NaN, false]);
  });

  it("refuses what is no covariate", () => {
    expect(errorOf(() => distanceColumns(frame({ age }), ["agee"])).message).toContain('Did you mean "age"?');
    expect(
      errorOf(() => distanceColumns(frame({ age: [...age.slice(1), Number.POSITIVE_INFINITY] }), ["age"])).code,
    ).toBe("non-finite");
  });
});

describe("points and what is said of them", () => {
  it("says nothing of plain covariates, nor of the last level of a factor", () => {
    for (const distance of ["mahalanobis", "robust-mahalanobis", "scaled-euclidean", "euclidean"] as const) {
      expect(points(distance, { age, income, region }, ["age", "region", "income"]).diagnostics).toEqual([]);
    }
  });

  it("names the covariate that follows from those before it", () => {
    const data = { age, income, sum: age.map((value, row) => 2 * value - income[row]) };
    const [found, ...more] = points("mahalanobis", data, ["age", "income", "sum"]).diagnostics;
    expect(more).toEqual([]);
    expect(found.code).toBe("aliased-columns");
    expect(found.message).toBe(
      'The covariance of the covariates is singular: "sum" follows from the covariates before. The distance uses its generalised inverse, in which they add nothing.',
    );
    expect(found.details).toEqual({ columns: ["sum"], rank: 2, expected: 3 });
    const north = region.map((value) => (value === "n" ? 1 : 0));
    expect(points("mahalanobis", { region, north }, ["region", "north"]).diagnostics[0].details.columns).toEqual([
      "north",
    ]);
    expect(points("mahalanobis", { region, north }, ["north", "region"]).diagnostics[0].details.columns).toEqual([
      "region",
    ]);
    const monotone = { age, older: age.map((value) => value ** 2) };
    expect(points("mahalanobis", monotone, ["age", "older"]).diagnostics).toEqual([]);
    expect(points("robust-mahalanobis", monotone, ["age", "older"]).diagnostics[0].details.columns).toEqual(["older"]);
  });

  it("names covariates that do not vary, also those that only tell the groups apart", () => {
    const data = { age, here: age.map(() => 1), arm: Array.from(treated) };
    expect(points("mahalanobis", data, ["age", "here", "arm"]).diagnostics.map(({ message }) => message)).toEqual([
      '"here", "arm" do not vary within the groups and say nothing about who is near to whom.',
    ]);
    expect(
      points("robust-mahalanobis", data, ["age", "here", "arm"]).diagnostics.map(({ message }) => message),
    ).toEqual(['"here" does not vary and says nothing about who is near to whom.']);
  });

  it("refuses a distance that has nothing to go by", () => {
    expect(errorOf(() => points("mahalanobis", { age }, [])).message).toBe(
      'distance: "mahalanobis" needs the columns to measure it on, such as covariates: ["age"].',
    );
    const flat = errorOf(() => points("euclidean", { here: age.map(() => 1) }, ["here"]));
    expect([flat.code, flat.message]).toEqual([
      "constant",
      "No covariate of the distance varies: here. Every pair would be equally near; choose others.",
    ]);
    expect(errorOf(() => points("mahalanobis", { arm: Array.from(treated) }, ["arm"])).code).toBe("constant");
    const columns = distanceColumns(frame({ age: [1, 2] }), ["age"]);
    const few = errorOf(() => covariatePoints("mahalanobis", columns, Uint8Array.of(1, 0), columns.complete));
    expect(few.code).toBe("too-few-rows");
    expect(covariatePoints("euclidean", columns, Uint8Array.of(1, 0), columns.complete).z.length).toBe(1);
  });
});
