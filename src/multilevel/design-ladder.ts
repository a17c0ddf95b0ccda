import {
  type DesignPoint,
  type DesignSums,
  designPoint,
  designSums,
  type ProfileProblem,
  shrunkenWeights,
  timesRows,
} from "./profile-design";

/** Distance of neighbouring rungs in log φ, and powers of g kept at each: .041^14 is below rounding. */
const STEP = 0.08;
const POWERS = 14;

/** Σ g^r x̄x̄' at one φ₀ as upper triangles, each with Σ g^r behind it, for r = 1 … 14. */
interface Rung {
  readonly phi: number;
  readonly logOnePlus: number;
  readonly powers: readonly Float64Array[];
}

/**
 * What one problem's criterion takes from its columns at any φ, for refits of many outcomes: the columns stay, so sums over the
 * size classes are added up at few φ₀ only, and carried on to φ₀ + δ by g/(1 + δg) = g − δg² + δ²g³ − …, with |δg| ≤ .041.
 *
 * @param often - values of φ that will be asked for again and again.
 */
export function designLadder(problem: ProfileProblem, often: readonly number[]): (phi: number) => DesignPoint | null {
  const direct = (phi: number): DesignPoint | null => designPoint(problem, phi, designSums(problem, phi));
  const known = new Map(often.map((phi) => [phi, direct(phi)]));
  const rungs = new Map<number, Rung>();
  const rungNear = (phi: number): Rung => {
    const k = Math.round(Math.log(phi) / STEP);
    const rung = rungs.get(k) ?? rungAt(problem, Math.exp(k * STEP));
    rungs.set(k, rung);
    return rung;
  };
  const isShort = problem.classWeights.length <= POWERS;
  return (phi) => {
    const point = known.get(phi);
    if (point !== undefined) return point;
    if (isShort || !(phi > 0 && phi < Number.POSITIVE_INFINITY)) return direct(phi);
    return designPoint(problem, phi, sumsFrom(rungNear(phi), problem, phi));
  };
}

function rungAt(problem: ProfileProblem, phi: number): Rung {
  const { classWeights, classCounts, classProducts } = problem;
  const g = shrunkenWeights(problem, phi);
  let logOnePlus = 0;
  for (let c = 0; c < g.length; c++) logOnePlus += classCounts[c] * Math.log1p(phi * classWeights[c]);
  const power = new Float64Array(g.length).fill(1);
  const powers = Array.from({ length: POWERS }, () => {
    for (let c = 0; c < g.length; c++) power[c] *= g[c];
    const sums = new Float64Array(classProducts.length / g.length + 1);
    sums.set(timesRows(classProducts, power));
    sums.set(timesRows(classCounts, power), sums.length - 1);
    return sums;
  });
  return { phi, logOnePlus, powers };
}

/** The sums at φ = φ₀ + δ: g^s/(1 + δg)^s = Σ_r binomial(s − 1 + r, r) (−δ)^r g^(s + r). */
function sumsFrom({ phi: from, logOnePlus, powers }: Rung, problem: ProfileProblem, phi: number): DesignSums {
  const size = powers[0].length - 1;
  const away = from - phi;
  const [first, second, third] = powers.slice(0, 3).map((sums) => sums.slice());
  let logs = logOnePlus;
  let factor = 1;
  for (let r = 1; r <= POWERS; r++) {
    factor *= away;
    logs -= (factor * powers[r - 1][size]) / r;
    if (r < POWERS) addTimes(first, factor, powers[r]);
    if (r + 1 < POWERS) addTimes(second, (r + 1) * factor, powers[r + 1]);
    if (r + 2 < POWERS) addTimes(third, (((r + 1) * (r + 2)) / 2) * factor, powers[r + 2]);
  }
  const g = shrunkenWeights(problem, phi);
  return { g, logOnePlus: logs, sumG: first[size], sumG2: second[size], products: [first, second, third] };
}

function addTimes(sum: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += factor * values[i];
}
