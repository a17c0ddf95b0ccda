import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import { semidefiniteFactor } from "../../linalg/symmetric";
import { failAbsorbed } from "../fittable";
import type { NestedSummary } from "../types";
import type { NestedProblem } from "./profile";

/** Refuses nestings whose variances cannot be told apart. */
export function requireNesting({ inner, nesting }: NestedSummary): void {
  const outermost = nesting[nesting.length - 1];
  if (outermost.levels.length < 2) {
    fail(
      "too-few-groups",
      `All ${count(inner.nobs, "row")} belong to one ${outermost.group} ("${outermost.levels[0]}"); nested random intercepts need at least two outer groups, and many more to be worth it.`,
      { group: outermost.group, levels: outermost.levels.length },
    );
  }
  if (inner.sizes.every((size) => size === 1)) {
    fail(
      "not-identified",
      `Every ${inner.group} has one row, so its variance and the residual variance cannot be told apart. Leave the innermost level out of (1 | ${inner.bound.randomTerms[0].groups.join("/")}).`,
      { group: inner.group },
    );
  }
  for (let k = 0; k + 1 < nesting.length; k++) {
    const [own, outer] = [nesting[k], nesting[k + 1]];
    if (own.levels.length > outer.levels.length) continue;
    fail(
      "not-identified",
      `Every ${outer.group} holds one ${own.group}, so the variances of the two levels cannot be told apart. Leave one of them out of (1 | ${inner.bound.randomTerms[0].groups.join("/")}).`,
      { groups: [own.group, outer.group] },
    );
  }
}

/** Refuses columns that tell all groups of an outer level apart: nothing would be left of the variance between these. */
export function requireFreeLevels({ nesting }: NestedSummary, { base, parents, counts }: NestedProblem): void {
  const { p } = base;
  let place: Int32Array = Int32Array.from(base.weights.keys());
  for (let k = 1; k < nesting.length; k++) {
    const outer = parents[k - 1];
    place = place.map((group) => outer[group]);
    const { independent } = semidefiniteFactor(withinLevel(base, place, counts[k]), p, 1e-11);
    if (p - independent.length >= counts[k]) failAbsorbed(nesting[k].group);
  }
}

/** Cross-products of the columns about the means of a level's groups, from those about the innermost ones': the upper triangle. */
function withinLevel(base: NestedProblem["base"], place: Int32Array, groups: number): Float64Array {
  const { p, means, weights, within } = base;
  const q = p + 1;
  const first = new Int32Array(groups).fill(-1);
  const total = new Float64Array(groups);
  const sums = new Float64Array(groups * p);
  const products = new Float64Array(p * p);
  for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) products[k * p + l] = within[k * q + l];
  const d = new Float64Array(p);
  place.forEach((group, a) => {
    if (first[group] < 0) first[group] = a;
    total[group] += weights[a];
    // Measured from the level's first group, a column that is constant in it leaves exact zeros.
    for (let k = 0; k < p; k++) {
      d[k] = means[a * q + k] - means[first[group] * q + k];
      sums[group * p + k] += weights[a] * d[k];
    }
    for (let k = 0; k < p; k++) {
      const weighted = weights[a] * d[k];
      for (let l = k; l < p; l++) products[k * p + l] += weighted * d[l];
    }
  });
  for (let group = 0; group < groups; group++) {
    for (let k = 0; k < p; k++) {
      const mean = sums[group * p + k] / total[group];
      for (let l = k; l < p; l++) products[k * p + l] -= mean * sums[group * p + l];
    }
  }
  return products;
}
