import type { CategoricalColumn } from "../../data/types";
import type { Places, PlacesOfRows } from "../places";
import type { NestedModel } from "../types";
import { scaledCombinations, workingUnit } from "../working-columns";
import { nestGroups } from "./nesting";
import { nestedStateOf } from "./state";

/**
 * Sums of the effects of each group and those around it, by level from the innermost out: o_a = o_parent + φ_k u_a.
 *
 * Given the data their errors have variance σ²κ_a; a row whose groups within a are not known adds those levels' variances.
 */
export function nestedPlaces(model: NestedModel): Places {
  const { point, slopes, problem, scaled } = nestedStateOf(model);
  const { parents, counts, base } = problem;
  const p = base.p;
  const q = p + 1;
  const starts = startsOf(counts);
  const total = starts[counts.length];
  const estimates = new Float64Array(total);
  const conditional = new Float64Array(total);
  const pulls = new Float64Array(total * p);
  const unit = workingUnit(scaled);
  for (let k = counts.length - 1; k >= 0; k--) {
    const inside = point.phi.slice(0, k).reduce((sum, phi) => sum + phi, 0);
    for (let a = 0; a < counts[k]; a++) {
      const own = starts[k] + a;
      const outer = k + 1 < counts.length ? starts[k + 1] + parents[k][a] : -1;
      const effect = (column: number): number => point.phi[k] * slopes.scores[k][a * q + column];
      estimates[own] = effect(p) * unit + (outer < 0 ? 0 : estimates[outer]);
      conditional[own] = (slopes.kappas[k][a] + inside) * point.sigma2 * unit * unit;
      for (let c = 0; c < p; c++) {
        pulls[own * p + c] = effect(c) + (outer < 0 ? 0 : pulls[outer * p + c]);
      }
    }
  }
  return {
    estimates,
    conditional,
    pulls: scaledCombinations(pulls, scaled).map((value, i) => value * scaled.scale[i % p]),
  };
}

/** Where each level's groups begin among the places, and how many places there are. */
function startsOf(counts: readonly number[]): number[] {
  const starts = [0];
  for (const count of counts) starts.push(starts[starts.length - 1] + count);
  return starts;
}

/** The innermost known group of every row. */
export function codesOfNested(model: NestedModel, groups: readonly CategoricalColumn[]): PlacesOfRows {
  const known = model.summary.nesting;
  const starts = startsOf(known.map(({ levels }) => levels.length));
  const { inner, nesting } = nestGroups(model.summary.inner.bound.randomTerms[0].groups, groups);
  const unknown: { group: string; level: string }[] = [];
  // From the outermost in: a group that is not known is in the place of the one around it.
  let around = [{ place: -1, isKnown: true }];
  for (let k = known.length - 1; k >= 0; k--) {
    const { levels, parents, group } = nesting[k];
    const position = new Map(known[k].levels.map((level, a) => [level, starts[k] + a]));
    const outer = around;
    around = levels.map((level, a) => {
      const own = position.get(level);
      if (own !== undefined) return { place: own, isKnown: true };
      const { place, isKnown } = outer[parents[a]];
      if (isKnown) unknown.push({ group, level });
      return { place, isKnown: false };
    });
  }
  const place = new Map(nesting[0].levels.map((level, a) => [level, around[a].place]));
  const code = Int32Array.from(inner.levels, (level) => place.get(level) as number);
  return { codes: inner.codes.map((own) => code[own]), unknown };
}
