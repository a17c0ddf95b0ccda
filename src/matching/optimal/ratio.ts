import type { OptimalUnits, UnitLine } from "./line";
import { type OptimalPairs, type OutOfRange, pairStrata } from "./pairs";
import { FOCAL } from "./parts";
import { prescribedDegrees } from "./prescribed";
import { mustBalance, slots, sweepDegrees } from "./sweep";

export interface VariableRatioProblem extends OptimalUnits {
  /** Fewest and most partners of a focal unit, whole numbers from 1. */
  readonly least: number;
  readonly most: number;
  /** Partners per focal unit on average; their number is rounded, halves up, in each stratum. */
  readonly mean: number;
}

/** A stratum whose pool or limits do not allow the number of pairs asked for. */
export interface RatioInfeasible {
  readonly kind: "infeasible";
  readonly stratum: number;
  readonly focal: number;
  readonly pool: number;
  /** Pairs that the mean asks for there. */
  readonly wanted: number;
}

/**
 * Pairs on a score without replacement where each focal unit has from `least` to `most` partners and their number is
 * `mean` × focal units: the least sum of distances. A few dozen sweeps at most, O(n log n) each.
 *
 * @see Ming & Rosenbaum (2000), Biometrics 56:118-124, on why the ratio should vary.
 */
export function variableRatioPairs(problem: VariableRatioProblem): OptimalPairs | OutOfRange | RatioInfeasible {
  const { least, most, mean } = problem;
  return pairStrata<RatioInfeasible>(problem, most, (line, stratum) => {
    const { focalCount: focal, poolCount: pool } = line;
    const wanted = Math.round(mean * focal);
    if (wanted < least * focal || wanted > most * focal || wanted > pool) {
      return { kind: "infeasible", stratum, focal, pool, wanted };
    }
    return ratioDegrees(line, least, most, wanted);
  });
}

function ratioDegrees(line: UnitLine, least: number, most: number, pairs: number): Int32Array {
  const { position, row, focal: group, focalCount, poolCount } = line;
  const optional = most - least;
  return prescribedDegrees(line, {
    group: FOCAL,
    each: optional,
    wanted: pairs - least * focalCount,
    unrewarded: 0,
    most: Math.min(optional * focalCount, poolCount - least * focalCount),
    solve: (reward, favoured) =>
      mustBalance(
        sweepDegrees({
          position,
          row,
          group,
          raisingGroup: FOCAL,
          raising: { forced: least, first: null, optional, cost: -reward, favoured },
          lowering: slots(0, 1),
          reach: null,
        }),
      ),
    countFilled(degree) {
      let filled = -least * focalCount;
      for (let i = 0; i < degree.length; i++) if (group[i] === FOCAL) filled += degree[i];
      return filled;
    },
  });
}
