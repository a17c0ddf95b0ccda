import type { UnitLine } from "./line";
import type { Reach } from "./sweep";

/** For each unit of one ascending list, the units of another within the caliper: from `from` to before `to`. */
export interface Windows {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Both ends only move forward: rounded subtraction is monotone, so the test on the given doubles is exact. */
export function windowsOn(scores: Float64Array, others: Float64Array, caliper: number): Windows {
  const from = new Int32Array(scores.length);
  const to = new Int32Array(scores.length);
  for (let i = 0, a = 0, b = 0; i < scores.length; i++) {
    const score = scores[i];
    while (a < others.length && score - others[a] > caliper) a++;
    while (b < others.length && others[b] - score <= caliper) b++;
    from[i] = a;
    to[i] = b;
  }
  return { from, to };
}

/** How many units of the fixed group stand within the caliper before and after each unit of the other. */
export function reachOf({ score, focal }: UnitLine, fixedGroup: 0 | 1, caliper: number): Reach {
  const n = score.length;
  const before = new Int32Array(n);
  const after = new Int32Array(n);
  // `inside` counts the fixed units from place `far` to before place i.
  for (let i = 0, far = 0, inside = 0; i < n; i++) {
    while (far < i && score[i] - score[far] > caliper) if (focal[far++] === fixedGroup) inside--;
    before[i] = inside;
    if (focal[i] === fixedGroup) inside++;
  }
  for (let i = n - 1, far = n - 1, inside = 0; i >= 0; i--) {
    while (far > i && score[far] - score[i] > caliper) if (focal[far--] === fixedGroup) inside--;
    after[i] = inside;
    if (focal[i] === fixedGroup) inside++;
  }
  return { before, after };
}

/** Each unit's nearest unit of the other group within the caliper, −1 = none; at equal distance the one before. */
export function nearestOthers({ score, position, focal }: UnitLine, caliper: number): Int32Array {
  const n = score.length;
  const nearest = new Int32Array(n);
  const last = [-1, -1];
  for (let i = 0; i < n; i++) {
    const other = last[1 - focal[i]];
    nearest[i] = other >= 0 && score[i] - score[other] <= caliper ? other : -1;
    last[focal[i]] = i;
  }
  last.fill(-1);
  for (let i = n - 1; i >= 0; i--) {
    const other = last[1 - focal[i]];
    last[focal[i]] = i;
    if (other < 0 || score[other] - score[i] > caliper) continue;
    if (nearest[i] < 0 || position[other] - position[i] < position[i] - position[nearest[i]]) nearest[i] = other;
  }
  return nearest;
}
