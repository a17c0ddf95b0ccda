import { fail } from "../errors/error";
import { count } from "../errors/words";
import { createRng, type Rng } from "../random/rng";
import { STUDY_YEARS } from "./calibration/outcomes";
import { ALLIANCE_PREFERENCE, COHORTS, SECONDARY_LEADS } from "./calibration/programme";
import { KEY_STAGES, PHASES, SCHOOL_TYPES } from "./calibration/schools";
import { effectShare, exposureMonths } from "./exposure";
import type { Programme, SchoolState } from "./state";

const CONVERTER = SCHOOL_TYPES.indexOf("academy converter");
const OUTSTANDING = 0;
const GOOD = 1;

export const ROLES = ["none", "teaching", "strategic partner", "alliance member"] as const;
const TEACHING = 1;
const PARTNER = 2;
const MEMBER = 3;

/** Designates teaching schools and gathers their alliances. */
export function drawProgramme(state: SchoolState): Programme {
  const programme: Writable<Programme> = {
    role: new Int32Array(state.count),
    cohort: new Int32Array(state.count),
    alliance: new Int32Array(state.count).fill(-1),
    allianceNames: [],
  };
  const leads = designate(state, programme);
  programme.allianceNames = leads.map((_, a) => `A${String(a + 1).padStart(3, "0")}`);
  const rng = createRng(state.options.seed).fork("alliances");
  leads.forEach((lead, a) => {
    gather(state, programme, lead, a, rng.fork(state.ids[lead]));
  });
  return programme;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Log-odds of designation among Outstanding schools. It knows the earlier years' outcomes, the type, town or country
 * and, where asked for, the hidden quality: nothing else of a school.
 */
export function designationScore(state: SchoolState, j: number): number {
  const { selection, hidden } = state.options;
  return (
    selection.outcomes * state.earlierScore[j] +
    selection.academy * (state.type[j] === CONVERTER ? 1 : 0) +
    selection.urban * state.urban[j] +
    hidden.designation * state.quality[j]
  );
}

/**
 * Marks the teaching schools of the three cohorts and returns the school that founds each alliance.
 *
 * Within a phase schools are drawn one after another with chances proportional to e^score among those left: the order
 * of the exponential times lot / e^score. The first go to cohort 1, the next to cohort 2, then 3.
 */
function designate(state: SchoolState, programme: Writable<Programme>): number[] {
  const queues = PHASES.map((_, stage) => queueOf(state, stage));
  const asked = leadCounts(state);
  PHASES.forEach((phase, stage) => {
    const wanted = asked.reduce((sum, cohort) => sum + cohort[stage], 0);
    if (queues[stage].length >= wanted) return;
    fail(
      "invalid-argument",
      `The cohorts ask for ${count(wanted, `${phase} teaching school`)}, but only ${queues[stage].length} are Outstanding. ` +
        'Take smaller "cohorts" or a larger "scale".',
      { option: "cohorts", phase },
    );
  });
  const founders: number[] = [];
  asked.forEach((byStage, c) => {
    const schools = byStage[0] + byStage[1];
    let shared = schools - Math.round((schools * COHORTS[c].alliances) / COHORTS[c].schools);
    byStage.forEach((wanted, stage) => {
      const leads = queues[stage].splice(0, wanted);
      const own = leads.slice(0, Math.max(1, leads.length - shared));
      for (const lead of leads) {
        programme.role[lead] = TEACHING;
        programme.cohort[lead] = c + 1;
      }
      own.forEach((lead) => {
        programme.alliance[lead] = founders.length;
        founders.push(lead);
      });
      // Two teaching schools lead some alliances of cohort 1 together.
      for (const lead of leads.slice(own.length))
        programme.alliance[lead] = programme.alliance[nearest(state, lead, own)];
      shared -= leads.length - own.length;
    });
  });
  return founders;
}

/** Outstanding schools of a phase in the order in which they would be designated. */
function queueOf(state: SchoolState, stage: number): number[] {
  const [from, to] = rangeOf(state, stage);
  const time = new Float64Array(state.count);
  const queue: number[] = [];
  for (let j = from; j < to; j++) {
    if (state.ofsted[j] !== OUTSTANDING) continue;
    time[j] = state.lot[j] / Math.exp(designationScore(state, j));
    queue.push(j);
  }
  return queue.sort((a, b) => time[a] - time[b] || a - b);
}

/** Teaching schools by cohort and phase; rounding runs over the cohorts, so that small scales keep the shares. */
function leadCounts(state: SchoolState): [number, number][] {
  let schools = 0;
  let secondary = 0;
  return state.options.cohorts.map((atNationalScale) => {
    const n = Math.max(1, Math.round(atNationalScale * state.options.scale));
    schools += n;
    const secondaryNow = Math.round(SECONDARY_LEADS * schools) - secondary;
    secondary += secondaryNow;
    return [n - secondaryNow, secondaryNow];
  });
}

/** The school of a list in the same authority, else in the same region, else the first. */
function nearest(state: SchoolState, school: number, others: readonly number[]): number {
  return (
    others.find((other) => state.authority[other] === state.authority[school]) ??
    others.find((other) => state.region[other] === state.region[school]) ??
    others[0]
  );
}

/**
 * Draws an alliance's partners and members from the free schools of its phase and region, its own authority's first.
 */
function gather(state: SchoolState, programme: Programme, lead: number, alliance: number, rng: Rng): void {
  const { alliances } = state.options;
  const stage = lead < state.primaries ? 0 : 1;
  const size = stage === 0 ? alliances.primary : alliances.secondary;
  const members = size - 1 - alliances.strategicPartners;
  const join = (school: number, role: number): void => {
    programme.role[school] = role;
    programme.cohort[school] = programme.cohort[lead];
    programme.alliance[school] = alliance;
  };
  const near = (school: number): number =>
    state.authority[school] === state.authority[lead] ? ALLIANCE_PREFERENCE.sameAuthority : 0;
  const free = freeSchools(state, programme, lead, stage, size - 1);
  const partnerScore = (school: number): number =>
    near(school) + (state.ofsted[school] <= GOOD ? ALLIANCE_PREFERENCE.partnerGood : 0);
  for (const school of drawSome(free, alliances.strategicPartners, partnerScore, rng)) join(school, PARTNER);
  const left = free.filter((school) => programme.role[school] === 0);
  for (const school of drawSome(left, members, near, rng)) join(school, MEMBER);
}

/** Schools in no alliance yet in the lead's region, or in the country where the region has too few. */
function freeSchools(state: SchoolState, programme: Programme, lead: number, stage: number, wanted: number): number[] {
  const [from, to] = rangeOf(state, stage);
  const { role } = programme;
  const { region } = state;
  const inRegion: number[] = [];
  for (let j = from; j < to; j++) if (region[j] === region[lead] && role[j] === 0) inRegion.push(j);
  if (inRegion.length >= wanted) return inRegion;
  const anywhere: number[] = [];
  for (let j = from; j < to; j++) if (role[j] === 0) anywhere.push(j);
  if (anywhere.length >= wanted) return anywhere;
  return fail(
    "invalid-argument",
    `The alliances ask for more ${PHASES[stage]} schools than there are: ${anywhere.length} are left for one that wants ` +
      `${wanted}. Take smaller "alliances" or "cohorts".`,
    { option: "alliances", phase: PHASES[stage] },
  );
}

function rangeOf(state: SchoolState, stage: number): [number, number] {
  return stage === 0 ? [0, state.primaries] : [state.primaries, state.count];
}

/** So many of the schools, drawn one after another with chances proportional to e^score among those left. */
function drawSome(schools: readonly number[], wanted: number, score: (school: number) => number, rng: Rng): number[] {
  // Those with the earliest exponential times, kept in order: few of many.
  const drawn: number[] = [];
  const times: number[] = [];
  for (const school of schools) {
    const time = -Math.log(1 - rng.uniform()) / Math.exp(score(school));
    if (drawn.length === wanted && !(time < times[wanted - 1])) continue;
    let place = Math.min(drawn.length, wanted - 1);
    while (place > 0 && time < times[place - 1]) {
      drawn[place] = drawn[place - 1];
      times[place] = times[place - 1];
      place--;
    }
    drawn[place] = school;
    times[place] = time;
  }
  return drawn;
}

/**
 * What designation adds to a school's outcomes, three years per school: in its own role, or, where it has none, what it
 * would add as a teaching school of the first cohort.
 */
export function effectsByYear(state: SchoolState, programme: Programme): Float64Array {
  const { truth } = state.options;
  const effect = new Float64Array(3 * state.count);
  for (let j = 0; j < state.count; j++) {
    const role = programme.role[j];
    const stage = KEY_STAGES[j < state.primaries ? 0 : 1];
    const engaged = state.engagementLot[j] < truth.engagement;
    const full =
      role === PARTNER || role === MEMBER
        ? engaged
          ? role === PARTNER
            ? truth.strategicPartner
            : truth.allianceMember
          : 0
        : truth.teaching[stage];
    STUDY_YEARS.forEach((year, t) => {
      const months = exposureMonths(role === 0 ? 1 : programme.cohort[j], year);
      effect[3 * j + t] = full * effectShare(months, truth.growth);
    });
  }
  return effect;
}
