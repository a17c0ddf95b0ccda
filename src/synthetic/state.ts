import type { PupilLaw } from "./pupil-law";
import type { ResolvedSimulation, VariancePartition } from "./types";

/**
 * All schools as arrays, one entry per school, primary schools first; where a name ends in "ByYear" there are three
 * entries per school, for 2012 to 2014. This is what pupils are drawn from.
 */
export interface SchoolState {
  readonly options: ResolvedSimulation;
  readonly law: PupilLaw;
  readonly variance: readonly [VariancePartition, VariancePartition];
  readonly count: number;
  /** Primary schools stand at 0 to primaries − 1. */
  readonly primaries: number;
  readonly ids: readonly string[];
  readonly region: Int32Array;
  /** Code of the local authority; authorities of a region follow one another. */
  readonly authority: Int32Array;
  readonly authorityNames: readonly string[];
  readonly type: Int32Array;
  readonly urban: Float64Array;
  readonly roll: Float64Array;
  /** 0 = outstanding … 3 = inadequate. */
  readonly ofsted: Int32Array;
  /** Mean prior attainment, in sd of pupils from the national mean. */
  readonly intake: Float64Array;
  /** Standard normal, and the share disadvantaged that goes with it. */
  readonly disadvantage: Float64Array;
  readonly disadvantaged: Float64Array;
  /** Shares of pupils, as expected. */
  readonly minority: Float64Array;
  readonly fsm: Float64Array;
  readonly eal: Float64Array;
  readonly sen: Float64Array;
  /** Mean outcome of 2009, 2010 and 2011: three per school. */
  readonly earlierByYear: Float64Array;
  /** Their mean, standardised nationally. */
  readonly earlierScore: Float64Array;
  readonly quality: Float64Array;
  /** Standard exponential times of designation and a uniform number of engagement, drawn with the school. */
  readonly lot: Float64Array;
  readonly engagementLot: Float64Array;
  readonly pupilsByYear: Int32Array;
  /** The school's effect on outcomes without designation. */
  readonly y0ByYear: Float64Array;
}

/** The programme on those schools. */
export interface Programme {
  /** 0 none, 1 teaching, 2 strategic partner, 3 alliance member. */
  readonly role: Int32Array;
  /** 1 to 3, 0 for none. */
  readonly cohort: Int32Array;
  /** Code of the alliance, −1 for none. */
  readonly alliance: Int32Array;
  readonly allianceNames: readonly string[];
}

export interface World {
  readonly schools: SchoolState;
  readonly programme: Programme;
  /** What designation adds, y1 − y0. */
  readonly effectByYear: Float64Array;
}
