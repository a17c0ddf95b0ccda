import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { describeValue, listSome, suggest } from "../errors/words";
import {
  AUTHORITY_SHARE,
  ENGAGEMENT_PRESET,
  OFSTED_CORRELATION,
  SCHOOL_VARIANCE,
  STUDY_YEARS,
  TEACHING_EFFECT,
  YEAR_CORRELATION,
} from "./calibration/outcomes";
import {
  ALLIANCE_SIZE,
  COHORTS,
  HIDDEN_AT_FULL_STRENGTH,
  SELECTION_PRESETS,
  STRATEGIC_PARTNERS,
} from "./calibration/programme";
import { MISSING_PRIOR, MOST_MISSING } from "./calibration/pupils";
import type { ByKeyStage, HiddenQuality, ResolvedSimulation, SelectionStrength, SimulateOptions } from "./types";

type Given = Readonly<Record<string, unknown>>;

const NAMES = [
  "seed",
  "scale",
  "years",
  "world",
  "truth",
  "hidden",
  "selection",
  "icc",
  "authorityShare",
  "yearCorrelation",
  "ofstedCorrelation",
  "alliances",
  "cohorts",
  "missingPrior",
] as const satisfies readonly (keyof SimulateOptions)[];

/** Reads and checks the options of `simulateSchools`, every default filled in. */
export function resolveOptions(options: unknown): ResolvedSimulation {
  const given = record(options ?? {}, NAMES, "simulateSchools");
  const world = oneOf(given.world ?? "causal", ["causal", "selection"], "world");
  const authorityShare = numberIn(given.authorityShare, "authorityShare", 0, 0.5, AUTHORITY_SHARE);
  return {
    seed: readSeed(given.seed),
    scale: numberIn(given.scale, "scale", 0.01, 1, 1),
    years: readYears(given.years),
    world,
    truth: readTruth(given.truth, world),
    hidden: readHidden(given.hidden, world),
    selection: readSelection(given.selection),
    icc: byKeyStage(given.icc, "icc", 0.06, 0.3, SCHOOL_VARIANCE),
    authorityShare,
    yearCorrelation: numberIn(given.yearCorrelation, "yearCorrelation", authorityShare, 1, YEAR_CORRELATION),
    ofstedCorrelation: numberIn(given.ofstedCorrelation, "ofstedCorrelation", 0, 0.9, OFSTED_CORRELATION),
    alliances: readAlliances(given.alliances),
    cohorts: readCohorts(given.cohorts),
    missingPrior: numberIn(given.missingPrior, "missingPrior", 0, MOST_MISSING, MISSING_PRIOR),
  };
}

function readSeed(seed: unknown): number | string {
  if (seed === undefined) return 1;
  if (typeof seed === "string" || (typeof seed === "number" && Number.isFinite(seed))) return seed;
  return refuse("seed", `must be a finite number or a text, not ${describeValue(seed)}.`);
}

/** Outcome years in ascending order. */
function readYears(years: unknown): number[] {
  const known: readonly number[] = STUDY_YEARS;
  if (years === undefined) return [...known];
  if (!Array.isArray(years) || years.length === 0) refuse("years", `must list years among ${listSome(known)}.`);
  const list = years as unknown[];
  const stranger = list.find((year) => !known.includes(year as number));
  if (stranger !== undefined)
    refuse("years", `must list years among ${listSome(known)}, not ${describeValue(stranger)}.`);
  return known.filter((year) => list.includes(year));
}

function readTruth(truth: unknown, world: "causal" | "selection"): ResolvedSimulation["truth"] {
  if (world === "selection") {
    if (truth !== undefined) {
      refuse("truth", 'has no place in the world "selection", where designation has no effect. Leave it out.');
    }
    return { teaching: { KS2: 0, KS4: 0 }, strategicPartner: 0, allianceMember: 0, engagement: 1, growth: 0 };
  }
  if (typeof truth === "string" && truth !== "engagement") {
    refuse("truth", `must be an object or "engagement", not ${describeValue(truth)}.`);
  }
  const { effect, share } = ENGAGEMENT_PRESET;
  const asked =
    truth === "engagement" ? { strategicPartner: effect, allianceMember: effect, engagement: share } : truth;
  const names = ["teaching", "strategicPartner", "allianceMember", "engagement", "growth"];
  const given = record(asked ?? {}, names, 'The option "truth"');
  return {
    teaching: byKeyStage(given.teaching, "truth.teaching", -1, 1, TEACHING_EFFECT),
    strategicPartner: numberIn(given.strategicPartner, "truth.strategicPartner", -1, 1, 0),
    allianceMember: numberIn(given.allianceMember, "truth.allianceMember", -1, 1, 0),
    engagement: numberIn(given.engagement, "truth.engagement", 0, 1, 1),
    growth: numberIn(given.growth, "truth.growth", 0, 1, 0),
  };
}

function readHidden(hidden: unknown, world: "causal" | "selection"): HiddenQuality {
  const full = HIDDEN_AT_FULL_STRENGTH;
  const asked = hidden ?? (world === "selection" ? 1 : 0);
  if (typeof asked !== "object") {
    const strength = numberIn(asked, "hidden", 0, 1, 0);
    return { designation: strength * full.designation, outcome: strength * full.outcome, earlier: full.earlier };
  }
  const given = record(asked, ["designation", "outcome", "earlier"], 'The option "hidden"');
  return {
    designation: numberIn(given.designation, "hidden.designation", 0, 3, full.designation),
    outcome: numberIn(given.outcome, "hidden.outcome", 0, 0.3, full.outcome),
    earlier: numberIn(given.earlier, "hidden.earlier", 0, 1, full.earlier),
  };
}

function readSelection(selection: unknown): SelectionStrength {
  const presets = ["none", "weak", "strong"] as const;
  if (selection === undefined || typeof selection === "string") {
    return SELECTION_PRESETS[oneOf(selection ?? "weak", presets, "selection")];
  }
  const given = record(selection, ["outcomes", "academy", "urban"], 'The option "selection"');
  return {
    outcomes: numberIn(given.outcomes, "selection.outcomes", -3, 3, 0),
    academy: numberIn(given.academy, "selection.academy", -3, 3, 0),
    urban: numberIn(given.urban, "selection.urban", -3, 3, 0),
  };
}

function readAlliances(alliances: unknown): ResolvedSimulation["alliances"] {
  const given = record(alliances ?? {}, ["primary", "secondary", "strategicPartners"], 'The option "alliances"');
  const strategicPartners = whole(given.strategicPartners, "alliances.strategicPartners", 0, 20, STRATEGIC_PARTNERS);
  return {
    primary: whole(given.primary, "alliances.primary", 1 + strategicPartners, 60, ALLIANCE_SIZE[0]),
    secondary: whole(given.secondary, "alliances.secondary", 1 + strategicPartners, 60, ALLIANCE_SIZE[1]),
    strategicPartners,
  };
}

function readCohorts(cohorts: unknown): readonly [number, number, number] {
  const published = COHORTS.map((cohort) => cohort.schools);
  if (cohorts !== undefined && !(Array.isArray(cohorts) && cohorts.length === 3)) {
    refuse("cohorts", `must be three numbers of teaching schools, such as ${JSON.stringify(published)}.`);
  }
  const given = (cohorts ?? published) as readonly unknown[];
  const read = (k: number): number => whole(given[k], `cohorts[${k}]`, 1, 1000, 0);
  return [read(0), read(1), read(2)];
}

function byKeyStage(value: unknown, name: string, low: number, high: number, otherwise: readonly number[]): ByKeyStage {
  const given = record(value ?? {}, ["KS2", "KS4"], `The option "${name}"`);
  return {
    KS2: numberIn(given.KS2, `${name}.KS2`, low, high, otherwise[0]),
    KS4: numberIn(given.KS4, `${name}.KS4`, low, high, otherwise[1]),
  };
}

/** Refuses anything but an object with known names, offering the nearest. */
export function record(value: unknown, known: readonly string[], what: string): Given {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail("invalid-argument", `${what} takes an object with ${listSome(known, 20)}, not ${describeValue(value)}.`);
  }
  requireKnownOptions(value, known, what);
  return value as Given;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], name: string): T {
  const found = known.find((word) => word === value);
  if (found !== undefined) return found;
  const nearest = typeof value === "string" ? suggest(value, known, "choices") : "";
  return refuse(
    name,
    `must be ${known.map((word) => JSON.stringify(word)).join(" or ")}, not ${describeValue(value)}.${nearest}`,
  );
}

function numberIn(value: unknown, name: string, low: number, high: number, otherwise: number): number {
  if (value === undefined) value = otherwise;
  if (typeof value === "number" && value >= low && value <= high) return value;
  return refuse(name, `must be a number from ${low} to ${high}, not ${describeValue(value)}.`);
}

/** A whole number in a range, or the default. */
export function whole(value: unknown, name: string, low: number, high: number, otherwise: number): number {
  if (value === undefined) value = otherwise;
  if (Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high) return value as number;
  return refuse(name, `must be a whole number from ${low} to ${high}, not ${describeValue(value)}.`);
}

function refuse(option: string, sentence: string): never {
  return fail("invalid-argument", `The option "${option}" ${sentence}`, { option });
}
