import {
  EAL,
  ETHNIC_GROUPS,
  FSM,
  FSM_SLOPES,
  GIRLS,
  IDACI,
  MISSING_WITH_EAL,
  SEN_SHARES,
  SEN_SLOPES,
} from "./calibration/pupils";
import { expectation, interceptFor, logistic, NODES, solveIncreasing, WEIGHTS } from "./normal-grid";

/**
 * The joint law of FSM, ethnicity, EAL and SEN, whose intercepts are solved so that the margins are those of the
 * calibration table:
 * - ethnicity: White British or not by the school's share, then the country's mix;
 * - FSM: logistic in the group, the school's disadvantage d and the pupil's prior attainment within the school w;
 * - EAL: by ethnic group; SEN: ordered logistic in w, FSM and gender; IDACI: logistic-normal in d and FSM.
 */
export interface PupilLaw {
  /**
   * Each group's share of the pupils who are not White British (0 for White British), and these cumulated from group 1
   * on.
   */
  readonly minorityMix: Float64Array;
  readonly minorityCumulative: Float64Array;
  readonly fsmIntercepts: Float64Array;
  readonly ealRates: Float64Array;
  /** The levels from school action up are reached above these, ascending. */
  readonly senThresholds: Float64Array;
  readonly idaciIntercept: number;
  /** Share of pupils without prior attainment, without EAL and with it. */
  readonly missing: readonly [number, number];
}

export function pupilLaw(missingPrior: number): PupilLaw {
  const shares = ETHNIC_GROUPS.map((group) => group.share);
  const fsmRates = ratesOfFsm();
  const spread = Math.hypot(FSM_SLOPES.disadvantage, FSM_SLOPES.prior);
  const fsmIntercepts = Float64Array.from(fsmRates, (rate) => interceptFor(rate, spread));
  const ealScale =
    EAL /
    dot(
      shares,
      ETHNIC_GROUPS.map((group) => group.eal),
    );
  const minorityMix = Float64Array.from(shares, (share, group) => (group === 0 ? 0 : share / (1 - shares[0])));
  let passed = 0;
  const withEal = Math.min(1, MISSING_WITH_EAL * missingPrior);
  return {
    minorityMix,
    minorityCumulative: minorityMix.slice(1).map((share) => {
      passed += share;
      return passed;
    }),
    fsmIntercepts,
    ealRates: Float64Array.from(ETHNIC_GROUPS, (group) => group.eal * ealScale),
    senThresholds: senThresholds(nationalFsmGivenPrior(shares, fsmIntercepts)),
    idaciIntercept: idaciIntercept(shares, fsmIntercepts),
    missing: [(missingPrior - EAL * withEal) / (1 - EAL), withEal],
  };
}

/** One rate for the groups that have none of their own, so that all together have the national rate. */
function ratesOfFsm(): number[] {
  let known = 0;
  let unknownShare = 0;
  for (const { share, fsm } of ETHNIC_GROUPS) {
    if (fsm === null) unknownShare += share;
    else known += share * fsm;
  }
  return ETHNIC_GROUPS.map(({ fsm }) => fsm ?? (FSM - known) / unknownShare);
}

/** Share with FSM at each node of prior attainment, over all schools. */
function nationalFsmGivenPrior(shares: readonly number[], intercepts: Float64Array): number[] {
  return NODES.map((w) =>
    dot(
      shares,
      Array.from(intercepts, (a) =>
        expectation((d) => logistic(a + FSM_SLOPES.disadvantage * d + FSM_SLOPES.prior * w)),
      ),
    ),
  );
}

function senThresholds(fsmGivenPrior: readonly number[]): Float64Array {
  const atLeast = [1, 2, 3].map((level) => SEN_SHARES.slice(level).reduce((sum, share) => sum + share, 0));
  return Float64Array.from(
    atLeast,
    (rate) =>
      -solveIncreasing(
        (a) => NODES.reduce((sum, w, i) => sum + WEIGHTS[i] * senChance(a, w, fsmGivenPrior[i]), 0),
        rate,
      ),
  );
}

/** Chance of a level whose threshold is −a, at prior attainment w, where a share of pupils has FSM. */
export function senChance(a: number, w: number, fsm: number): number {
  const base = a + SEN_SLOPES.prior * w;
  return (
    (1 - fsm) * (GIRLS * logistic(base) + (1 - GIRLS) * logistic(base + SEN_SLOPES.boy)) +
    fsm * (GIRLS * logistic(base + SEN_SLOPES.fsm) + (1 - GIRLS) * logistic(base + SEN_SLOPES.fsm + SEN_SLOPES.boy))
  );
}

function idaciIntercept(shares: readonly number[], fsmIntercepts: Float64Array): number {
  const fsmAt = NODES.map((d) =>
    dot(
      shares,
      Array.from(fsmIntercepts, (a) =>
        expectation((w) => logistic(a + FSM_SLOPES.disadvantage * d + FSM_SLOPES.prior * w)),
      ),
    ),
  );
  const mean = (a: number): number =>
    NODES.reduce((sum, d, i) => {
      const base = a + IDACI.disadvantage * d;
      return sum + WEIGHTS[i] * idaciMean(base, fsmAt[i]);
    }, 0);
  return solveIncreasing(mean, IDACI.mean);
}

/** Mean IDACI of pupils whose log-odds are centred at `base`, of whom a share has FSM. */
export function idaciMean(base: number, fsm: number): number {
  return expectation(
    (z) => (1 - fsm) * logistic(base + IDACI.spread * z) + fsm * logistic(base + IDACI.fsm + IDACI.spread * z),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
