import type { CemMatch, ExactMatch, FullMatch, MatchResult, SubclassMatch } from "../../src/matching/types/result";

/** Columns a match was asked to heed, by name; the score is in the result. */
export type MatchColumns = Readonly<Record<string, ArrayLike<number | string>>>;

type SetsMatch = ExactMatch | CemMatch | SubclassMatch | FullMatch;

/** What must hold of cells and subclasses, as sentences about what does not. */
export function setsViolations(result: SetsMatch, columns: MatchColumns): string[] {
  const found = partition(result);
  if (result.method === "full") return [...found, ...setWeights(result), ...stars(result)];
  if (result.method === "subclass") return [...found, ...setWeights(result), ...classes(result)];
  const cells = cellsByHand(result, columns);
  if (result.matches !== null) return [...found, ...pairs(result, cells)];
  return [...found, ...setWeights(result), ...sameSets(result, cells)];
}

/** Sets of a full match have one unit of one group, and no more distance than their centre gives them. */
function stars({ subclass, treated, score, calipers, totalDistance }: FullMatch): string[] {
  const found: string[] = [];
  let total = 0;
  const sets = new Map<number, number[]>();
  subclass.forEach((set, row) => {
    if (set > 0) sets.set(set, [...(sets.get(set) ?? []), row]);
  });
  for (const [set, rows] of sets) {
    const arms = [0, 1].map((arm) => rows.filter((row) => treated[row] === arm));
    const [centre, rest] = arms[0].length === 1 ? [arms[0], arms[1]] : [arms[1], arms[0]];
    if (centre.length !== 1) found.push(`set ${set} has ${arms[1].length} treated and ${arms[0].length} controls`);
    for (const row of rest) {
      const distance = Math.abs(score[row] - score[centre[0]]);
      total += distance;
      if (calipers.length > 0 && distance > calipers[0].width) found.push(`row ${row} lies outside its set's caliper`);
    }
  }
  if (Math.abs(total - totalDistance) > 1e-9 * (1 + total)) found.push(`total distance ${totalDistance}, not ${total}`);
  return found;
}

const rowsOf = ({ treated }: MatchResult): number[] => [...treated.keys()];

/** Sets are numbered from 1 without gaps, hold both groups, and hold exactly the units with a weight. */
function partition(result: SetsMatch): string[] {
  const { subclass, treated, weights, discarded } = result;
  const found: string[] = [];
  const arms = new Map<number, Set<number>>();
  for (const row of rowsOf(result)) {
    const set = subclass[row];
    if ((set === -1) !== (weights[row] === 0)) found.push(`row ${row} has subclass ${set}, weight ${weights[row]}`);
    if (discarded[row] === 1 && set !== -1) found.push(`row ${row} was discarded and is in a set`);
    if (set !== -1) arms.set(set, (arms.get(set) ?? new Set()).add(treated[row]));
  }
  for (const [set, both] of arms) if (both.size < 2) found.push(`set ${set} has one group only`);
  const numbers = [...arms.keys()].sort((a, b) => a - b);
  if (numbers.some((set, i) => set !== i + 1)) found.push(`sets are numbered ${numbers}`);
  return found;
}

/** ATT: n_t/n_c for controls; ATC: n_c/n_t for treated; ATE: 1 + other/own; then mean 1 in each group. */
function setWeights(result: SetsMatch): string[] {
  const { subclass, treated, estimand } = result;
  const size = (set: number, arm: number): number =>
    rowsOf(result).filter((row) => subclass[row] === set && treated[row] === arm).length;
  const raw = rowsOf(result).map((row) => {
    if (subclass[row] === -1) return 0;
    const ratio = size(subclass[row], 1 - treated[row]) / size(subclass[row], treated[row]);
    if (estimand === "ATE") return 1 + ratio;
    return treated[row] === (estimand === "ATT" ? 1 : 0) ? 1 : ratio;
  });
  return rowsOf(result).flatMap((row) => {
    const own = rowsOf(result).filter((other) => raw[other] > 0 && treated[other] === treated[row]);
    const expected = (raw[row] * own.length) / own.reduce((sum, other) => sum + raw[other], 0);
    // Sums of a few fractions in another order.
    if (Math.abs(result.weights[row] - expected) <= 1e-12) return [];
    return [`row ${row} weighs ${result.weights[row]}, not ${expected}`];
  });
}

/** Within each group the classes follow each other on the score, and each holds the minimum. */
function classes(result: SubclassMatch): string[] {
  const { subclass, score, treated, options } = result;
  const found: string[] = [];
  const kept = rowsOf(result).filter((row) => subclass[row] !== -1);
  for (const a of kept) {
    for (const b of kept) {
      if (treated[a] === treated[b] && subclass[a] < subclass[b] && score[a] > score[b]) {
        found.push(`row ${a} is below row ${b} in class but not in score`);
      }
    }
  }
  for (let set = 1; set <= Math.max(...subclass); set++) {
    for (const arm of [0, 1]) {
      const size = kept.filter((row) => subclass[row] === set && treated[row] === arm).length;
      if (size < options.minPerSubclass) found.push(`subclass ${set} has ${size} units of group ${arm}`);
    }
  }
  return found;
}

/** The cell of each row as text: its values, coarsened by the cut points and groups that the result names. */
function cellsByHand({ options, treated, score }: ExactMatch | CemMatch, columns: MatchColumns): (string | null)[] {
  return [...treated.keys()].map((row) => {
    if (score !== null && Number.isNaN(score[row])) return null;
    return JSON.stringify(
      options.covariates.map((name) => {
        const value = columns[name][row];
        if (options.method === "exact") return value;
        const cuts = options.cutPoints[name];
        if (cuts) return cuts.filter((cut) => cut <= (value as number)).length;
        const group = (options.grouping[name] ?? []).findIndex((levels) => levels.includes(String(value)));
        return group < 0 ? value : { group };
      }),
    );
  });
}

/** Cells with both groups numbered by first appearance. */
function numbered({ treated }: MatchResult, cells: (string | null)[]): number[] {
  const known: string[] = [];
  return cells.map((cell) => {
    const arms = new Set([...treated.keys()].filter((row) => cells[row] === cell).map((row) => treated[row]));
    if (cell === null || arms.size < 2) return -1;
    if (!known.includes(cell)) known.push(cell);
    return known.indexOf(cell) + 1;
  });
}

function sameSets(result: ExactMatch | CemMatch, cells: (string | null)[]): string[] {
  const expected = numbered(result, cells).join();
  return result.subclass.join() === expected ? [] : [`subclasses are ${result.subclass}, not ${expected}`];
}

/** As many pairs in each cell as its smaller group has units; each unit in one pair at most; weights 1. */
function pairs(result: ExactMatch | CemMatch, cells: (string | null)[]): string[] {
  const { focal, matches, treated, subclass, weights, estimand } = result;
  if (focal === null || matches === null) return ["pairs without focal units"];
  const focalArm = estimand === "ATC" ? 0 : 1;
  const found: string[] = [];
  const expectedFocal = [...treated.keys()].filter((row) => cells[row] !== null && treated[row] === focalArm);
  if ([...focal].join() !== expectedFocal.join()) found.push(`focal is ${focal}, not ${expectedFocal}`);
  let set = 0;
  const expected = new Int32Array(treated.length).fill(-1);
  const made = new Map<string | null, number>();
  for (let t = 0; t < focal.length; t++) {
    if (matches[t] < 0) continue;
    if (treated[matches[t]] === focalArm) found.push(`row ${focal[t]} is paired with its own group`);
    if (cells[focal[t]] !== cells[matches[t]]) found.push(`rows ${focal[t]} and ${matches[t]} are of different cells`);
    if (expected[matches[t]] !== -1) found.push(`row ${matches[t]} is in two pairs`);
    expected[focal[t]] = ++set;
    expected[matches[t]] = set;
    made.set(cells[focal[t]], (made.get(cells[focal[t]]) ?? 0) + 1);
  }
  if (subclass.join() !== expected.join()) found.push(`subclasses are ${subclass}, not ${expected}`);
  for (const cell of new Set(cells)) {
    if (cell === null) continue;
    const size = (arm: number): number => cells.filter((other, row) => other === cell && treated[row] === arm).length;
    const possible = Math.min(size(0), size(1));
    if ((made.get(cell) ?? 0) !== possible) found.push(`cell ${cell} has ${made.get(cell) ?? 0} pairs of ${possible}`);
  }
  weights.forEach((weight, row) => {
    if (Math.abs(weight - (expected[row] > 0 ? 1 : 0)) > 1e-12) found.push(`row ${row} weighs ${weight}`);
  });
  return found;
}
