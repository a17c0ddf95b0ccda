import type {
  MatchResult,
  NearestCovariateMatch,
  NearestScoreMatch,
  OptimalMatch,
} from "../../src/matching/types/result";
import { type MatchColumns, setsViolations } from "./set-invariants";

/**
 * Everything that must hold of a match whatever its method and options, as sentences about what does not; empty if all
 * is well.
 *
 * @param columns - the columns matched on or named in `exact`, `antiexact` and the calipers.
 */
export function matchViolations(result: MatchResult, columns: MatchColumns = {}): string[] {
  const common = [...sizes(result), ...counts(result)];
  if (result.method === "optimal") {
    const pairs = asNearest(result);
    return [
      ...common,
      ...shapes(pairs),
      ...partners(pairs),
      ...conditions(pairs, columns),
      ...weights(pairs),
      ...subclasses(pairs),
      ...("incomplete" in result ? [] : totals(pairs)),
    ];
  }
  if (result.method !== "nearest") return [...common, ...setsViolations(result, columns)];
  const pairs = "incomplete" in result ? asScored(result) : result;
  return [
    ...common,
    ...shapes(pairs),
    ...partners(pairs),
    ...conditions(pairs, columns),
    ...greed(pairs, columns),
    ...groups(pairs, columns),
    ...weights(pairs),
    ...subclasses(pairs),
    // What the distance of a pair on covariates is, the result alone does not tell.
    ...("incomplete" in result ? [] : totals(pairs)),
  ];
}

/** Optimal pairs obey what greedy ones do, but for the order of choice. */
function asNearest(result: OptimalMatch): NearestScoreMatch {
  const { minControls, maxControls, ratio, exact, estimand, discard } = result.options;
  const options = { minControls, maxControls, ratio, distance: "score", exact, estimand, discard } as const;
  return {
    ...result,
    score: "incomplete" in result ? scoreOrAny(result) : result.score,
    method: "nearest",
    options: {
      ...options,
      method: "nearest",
      reuseMax: 1,
      order: "data",
      ties: "data",
      seed: null,
      antiexact: "antiexact" in result.options ? result.options.antiexact : [],
      within: null,
      reestimate: false,
    },
    pairsByGroup: null,
  };
}

/** Pairs on covariates obey what pairs on a score do, with any numbers for one that is missing where they are incomplete. */
function asScored(result: NearestCovariateMatch): NearestScoreMatch {
  const score = scoreOrAny(result);
  return { ...result, score, options: { ...result.options, distance: "score" } };
}

function scoreOrAny({ score, incomplete }: Pick<NearestCovariateMatch, "score" | "incomplete">): Float64Array {
  return score ?? Float64Array.from(incomplete, (one) => (one === 1 ? Number.NaN : 0));
}

/** What pairs are read from. */
type PairedMatch = Pick<NearestScoreMatch, "focal" | "matches" | "width">;

const focalArm = ({ estimand }: NearestScoreMatch): number => (estimand === "ATT" ? 1 : 0);

/** Rows of the partners in line t, in the order of the columns, blanks included. */
function line({ matches, width }: PairedMatch, t: number): number[] {
  return [...matches.subarray(t * width, (t + 1) * width)];
}

/** Pairs as [focal row, partner row]. */
export function pairsOf(result: PairedMatch): [number, number][] {
  return [...result.focal].flatMap((row, t) =>
    line(result, t)
      .filter((partner) => partner >= 0)
      .map((partner): [number, number] => [row, partner]),
  );
}

function shapes(result: NearestScoreMatch): string[] {
  const { treated, score, focal, width, matches, subclass } = result;
  const expected = [...treated.keys()].filter((row) => treated[row] === focalArm(result) && !Number.isNaN(score[row]));
  const found: string[] = [];
  if (matches.length !== focal.length * width) found.push(`matches has ${matches.length} entries`);
  if ((subclass === null) !== result.options.reuseMax > 1) found.push("subclass goes with matching without reuse");
  if (expected.join() !== focal.join()) found.push(`focal is ${focal}, not ${expected}`);
  return found;
}

function partners(result: NearestScoreMatch): string[] {
  const { treated, score, focal, discarded, options, width } = result;
  const uses = new Map<number, number>();
  const found: string[] = [];
  for (let t = 0; t < focal.length; t++) {
    const all = line(result, t);
    const named = all.filter((row) => row >= 0);
    if (all.slice(0, named.length).some((row) => row < 0)) found.push(`row ${focal[t]} has a gap in its partners`);
    if (new Set(named).size !== named.length) found.push(`row ${focal[t]} has a partner twice`);
    if (named.length > width) found.push(`row ${focal[t]} has more partners than columns`);
    if (named.length > 0 && discarded[focal[t]] === 1) found.push(`row ${focal[t]} was discarded and matched`);
    for (const row of named) {
      uses.set(row, (uses.get(row) ?? 0) + 1);
      if (treated[row] === focalArm(result)) found.push(`row ${focal[t]} has row ${row} of its own group`);
      if (Number.isNaN(score[row])) found.push(`row ${row} has no score and is a partner`);
      if (discarded[row] === 1) found.push(`row ${row} was discarded and is a partner`);
    }
  }
  for (const [row, count] of uses) if (count > options.reuseMax) found.push(`row ${row} is used ${count} times`);
  return found;
}

/** Whether two rows may be partners under calipers, exact and antiexact columns; the reason if not. */
function refusal(result: NearestScoreMatch, columns: MatchColumns, a: number, b: number): string | null {
  const { options, calipers, score } = result;
  for (const name of options.exact) if (columns[name][a] !== columns[name][b]) return `differ in ${name}`;
  for (const name of options.antiexact) if (columns[name][a] === columns[name][b]) return `are equal in ${name}`;
  for (const { name, width } of calipers) {
    const values = name === "score" ? score : (columns[name] as ArrayLike<number>);
    const difference = Math.abs(values[a] - values[b]);
    if (width < 0 ? difference <= -width : difference > width) return `break the caliper on ${name}`;
  }
  return null;
}

function conditions(result: NearestScoreMatch, columns: MatchColumns): string[] {
  return pairsOf(result).flatMap(([a, b]) => {
    const reason = refusal(result, columns, a, b);
    return reason === null ? [] : [`rows ${a} and ${b} ${reason}`];
  });
}

/** No one goes without while a partner that would do is free. */
function greed(result: NearestScoreMatch, columns: MatchColumns): string[] {
  const { treated, score, discarded, options } = result;
  const uses = new Map<number, number>();
  for (const [, row] of pairsOf(result)) uses.set(row, (uses.get(row) ?? 0) + 1);
  const free = [...treated.keys()].filter(
    (row) =>
      treated[row] !== focalArm(result) &&
      discarded[row] === 0 &&
      !Number.isNaN(score[row]) &&
      (uses.get(row) ?? 0) < options.reuseMax,
  );
  return [...result.focal].flatMap((row, t) => {
    if (discarded[row] === 1 || line(result, t)[0] >= 0) return [];
    const missed = free.find((partner) => refusal(result, columns, row, partner) === null);
    return missed === undefined ? [] : [`row ${row} is unmatched while row ${missed} is free`];
  });
}

/** Partners inside the group come first, and no one goes across while a partner inside is free. */
function groups(result: NearestScoreMatch, columns: MatchColumns): string[] {
  const { focal, pairsByGroup, options, treated, score, discarded } = result;
  const { within, reuseMax } = options;
  if ((within === null) !== (pairsByGroup === null))
    return ["pairs are counted by group where no groups were asked for"];
  if (within === null || pairsByGroup === null) return [];
  const isInside = (a: number, b: number): boolean => columns[within][a] === columns[within][b];
  const found: string[] = [];
  const pairs = pairsOf(result);
  const inside = pairs.filter(([a, b]) => isInside(a, b)).length;
  if (inside !== pairsByGroup.within || pairs.length - inside !== pairsByGroup.across) {
    found.push(`${inside} of ${pairs.length} pairs are inside groups, not ${pairsByGroup.within}`);
  }
  const uses = new Map<number, number>();
  for (const [, row] of pairs) uses.set(row, (uses.get(row) ?? 0) + 1);
  const free = [...treated.keys()].filter(
    (row) =>
      treated[row] !== focalArm(result) &&
      discarded[row] === 0 &&
      !Number.isNaN(score[row]) &&
      (uses.get(row) ?? 0) < reuseMax,
  );
  for (let t = 0; t < focal.length; t++) {
    const row = focal[t];
    const named = line(result, t).filter((partner) => partner >= 0);
    const across = named.filter((partner) => !isInside(row, partner));
    if (named.slice(named.length - across.length).join() !== across.join()) {
      found.push(`row ${row} has a partner inside its group after one across`);
    }
    if (across.length === 0) continue;
    const missed = free.find(
      (partner) =>
        isInside(row, partner) && !named.includes(partner) && refusal(result, columns, row, partner) === null,
    );
    if (missed !== undefined) found.push(`row ${row} went across while row ${missed} of its group is free`);
  }
  return found;
}

function weights(result: NearestScoreMatch): string[] {
  const { treated, focal } = result;
  const raw = new Float64Array(treated.length);
  for (let t = 0; t < focal.length; t++) {
    const named = line(result, t).filter((row) => row >= 0);
    if (named.length > 0) raw[focal[t]] = 1;
    for (const row of named) raw[row] += 1 / named.length;
  }
  const found: string[] = [];
  for (const arm of [0, 1]) {
    const rows = [...treated.keys()].filter((row) => treated[row] === arm && raw[row] > 0);
    const total = rows.reduce((sum, row) => sum + raw[row], 0);
    for (const row of [...treated.keys()].filter((r) => treated[r] === arm)) {
      const expected = raw[row] === 0 ? 0 : (raw[row] * rows.length) / total;
      // Sums of a few fractions in another order.
      if (Math.abs(result.weights[row] - expected) > 1e-12)
        found.push(`row ${row} weighs ${result.weights[row]}, not ${expected}`);
    }
  }
  return found;
}

function subclasses(result: NearestScoreMatch): string[] {
  const { subclass, focal } = result;
  if (subclass === null) return [];
  const found: string[] = [];
  const members = new Map<number, number[]>();
  subclass.forEach((set, row) => {
    if (set !== -1) members.set(set, [...(members.get(set) ?? []), row]);
    if ((set === -1) !== (result.weights[row] === 0))
      found.push(`row ${row} has subclass ${set}, weight ${result.weights[row]}`);
  });
  let next = 1;
  for (let t = 0; t < focal.length; t++) {
    const named = line(result, t).filter((row) => row >= 0);
    if (named.length === 0) continue;
    const expected = [focal[t], ...named].sort((a, b) => a - b).join();
    if (members.get(next)?.join() !== expected) found.push(`subclass ${next} is ${members.get(next)}, not ${expected}`);
    next++;
  }
  if (members.size !== next - 1) found.push(`there are ${members.size} subclasses, not ${next - 1}`);
  return found;
}

function totals(result: NearestScoreMatch): string[] {
  const { score, totalDistance } = result;
  const distance = pairsOf(result).reduce((sum, [a, b]) => sum + Math.abs(score[a] - score[b]), 0);
  return Math.abs(distance - totalDistance) > 1e-12 * distance
    ? [`total distance ${totalDistance}, not ${distance}`]
    : [];
}

function sizes({ treated, score, weights: perRow, discarded, subclass, focal, matches, width }: MatchResult): string[] {
  const found: string[] = [];
  for (const values of [score, perRow, discarded, subclass]) {
    if (values !== null && values.length !== treated.length) found.push("a per-row array is not of length n");
  }
  if ((focal === null) !== (matches === null) || (focal === null) !== (width === 0)) {
    found.push("focal, matches and width do not go together");
  }
  return found;
}

function counts(result: MatchResult): string[] {
  const { treated, counts: given, discarded } = result;
  const score = "incomplete" in result ? scoreOrAny(result) : result.score;
  const found: string[] = [];
  for (const [arm, name] of [
    [0, "control"],
    [1, "treated"],
  ] as const) {
    const rows = [...treated.keys()].filter(
      (row) => treated[row] === arm && !(score !== null && Number.isNaN(score[row])),
    );
    const matched = rows.filter((row) => result.weights[row] > 0);
    const lost = rows.filter((row) => discarded[row] === 1);
    const expected = [rows.length, matched.length, rows.length - matched.length - lost.length, lost.length];
    const ours = [given.all, given.matched, given.unmatched, given.discarded].map((count) => count[name]);
    if (ours.join() !== expected.join()) found.push(`counts of the ${name} are ${ours}, not ${expected}`);
    const sum = matched.reduce((total, row) => total + result.weights[row], 0);
    const squares = matched.reduce((total, row) => total + result.weights[row] ** 2, 0);
    if (Math.abs(given.effective[name] - sum ** 2 / squares) > 1e-9) found.push(`effective size of the ${name}`);
    if (Math.abs(sum - matched.length) > 1e-9 * matched.length) found.push(`weights of the ${name} have not mean 1`);
  }
  return found;
}
