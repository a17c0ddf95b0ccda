import { OUTCOME_SLOPES, type OutcomeSlopes } from "./calibration/outcomes";
import { EAL, ETHNIC_GROUPS, FSM, FSM_SLOPES, GIRLS, IDACI, SEN_SHARES } from "./calibration/pupils";
import { PRIMARY_INTAKE, SECONDARY_INTAKE } from "./calibration/schools";
import { NODES, WEIGHTS } from "./normal-grid";
import { idaciMean, type PupilLaw, senChance } from "./pupil-law";

/**
 * Mean and sd of prior attainment in points, KS1 for primary and KS2 for secondary schools; `schoolSd` in sd of pupils.
 */
export const PRIOR_SCALE = [PRIMARY_INTAKE, SECONDARY_INTAKE].map(({ mean, schoolSd, pupilSd }) => {
  const between = schoolSd / pupilSd;
  return { mean, pupilSd, between, within: Math.sqrt(1 - between * between) };
});

/** Months after September, on average. */
const MEAN_BIRTH_MONTH = 5.5;

const WHITE_BRITISH = ETHNIC_GROUPS[0].share;

/** What the covariates add to the national mean outcome, which is 0: taken off every pupil. */
export const COVARIATE_MEAN = OUTCOME_SLOPES.map((slopes) =>
  linearPart(slopes, {
    prior: 0,
    priorSquared: 1,
    fsm: FSM,
    eal: EAL,
    sen: SEN_SHARES,
    idaci: IDACI.mean,
    minority: 1 - WHITE_BRITISH,
  }),
);

/** Expected covariates of a school's pupils. */
interface Expected {
  readonly prior: number;
  readonly priorSquared: number;
  readonly fsm: number;
  readonly eal: number;
  /** Share at each level. */
  readonly sen: readonly number[];
  readonly idaci: number;
  readonly minority: number;
}

export interface Composition {
  readonly fsm: number;
  readonly eal: number;
  readonly sen: number;
  /** What the covariates add to the school's mean outcome, from the national mean. */
  readonly outcome: number;
}

/** The expected pupils of a school from its intake (in sd of pupils), disadvantage and share of minority pupils. */
export function compositionOf(
  law: PupilLaw,
  stage: 0 | 1,
  intake: number,
  disadvantage: number,
  minority: number,
): Composition {
  const slopes = OUTCOME_SLOPES[stage];
  const within = PRIOR_SCALE[stage].within;
  const base = law.idaciIntercept + IDACI.disadvantage * disadvantage;
  const atLeast = [1, 0, 0, 0];
  let fsm = 0;
  for (let i = 0; i < NODES.length; i++) {
    const fsmHere = fsmRate(law, minority, FSM_SLOPES.disadvantage * disadvantage + FSM_SLOPES.prior * NODES[i]);
    fsm += WEIGHTS[i] * fsmHere;
    for (let k = 0; k < 3; k++) atLeast[k + 1] += WEIGHTS[i] * senChance(-law.senThresholds[k], NODES[i], fsmHere);
  }
  const eal = mixed(law.ealRates, minority);
  const sen = atLeast.map((share, k) => share - (atLeast[k + 1] ?? 0));
  const expected = { prior: intake, priorSquared: intake * intake + within * within, fsm, eal, sen, minority };
  const outcome = linearPart(slopes, { ...expected, idaci: idaciMean(base, fsm) }) - COVARIATE_MEAN[stage];
  return { fsm, eal, sen: atLeast[1], outcome: outcome + slopes.intake * intake };
}

/** Share with FSM where the groups' log-odds are all shifted alike. */
function fsmRate({ fsmIntercepts, minorityMix }: PupilLaw, minority: number, shift: number): number {
  let others = 0;
  for (let group = 1; group < minorityMix.length; group++) {
    others += minorityMix[group] / (1 + Math.exp(-(fsmIntercepts[group] + shift)));
  }
  return (1 - minority) / (1 + Math.exp(-(fsmIntercepts[0] + shift))) + minority * others;
}

/** The mean over pupils of a value by ethnic group, where a share is not White British. */
function mixed(values: ArrayLike<number>, minority: number): number {
  let others = 0;
  for (let group = 1; group < values.length; group++) others += ETHNIC_GROUPS[group].share * values[group];
  return (1 - minority) * values[0] + (minority * others) / (1 - WHITE_BRITISH);
}

function linearPart(slopes: OutcomeSlopes, expected: Expected): number {
  return (
    slopes.prior * expected.prior +
    slopes.priorSquared * expected.priorSquared +
    slopes.girl * GIRLS +
    slopes.fsm * expected.fsm +
    slopes.eal * expected.eal +
    slopes.sen.reduce((sum, slope, level) => sum + slope * expected.sen[level], 0) +
    slopes.idaci * expected.idaci +
    slopes.birthMonth * MEAN_BIRTH_MONTH +
    mixed(slopes.ethnicity, expected.minority)
  );
}
