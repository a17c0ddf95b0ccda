import { remember } from "../data/source";
import { resolveOptions } from "./options";
import { streamOf } from "./pupil-stream";
import { schoolFrame } from "./school-frame";
import { truthFrame } from "./truth";
import type { SimulatedSchools, SimulateOptions } from "./types";
import { buildWorld } from "./world";

/**
 * Synthetic schools and pupils of England, with known effects of a programme of teaching schools and their alliances.
 *
 * Regions and local authorities come first, then schools, their outcomes of 2009 to 2011, the Ofsted grade, designation
 * of three cohorts of teaching schools among the Outstanding, their strategic partners and members, and, when asked
 * for, the pupils of each school in 2012, 2013 and 2014 at Key Stage 2 (primary) or 4 (secondary schools).
 *
 *   outcome = pupil covariates + contextual effect of intake + authority and school + designation + residual
 *
 * in national standard deviations within a year (mean 0, variance 1 without designation; variance.ts divides it).
 * Figures of the calibration stand beside their sources in src/synthetic/calibration, or beside the word *assumed*.
 * Designation depends on the Outstanding grade, the mean outcome of 2009 to 2011 (for the third cohort too, so that
 * 2012 is a placebo for it), the type, town or country, and the hidden quality where that is set; alliances gather
 * schools of their region. Effects start after two months: earlier years are placebos.
 *
 * In the world `"selection"` designation does nothing, but picks schools of a quality that hardly shows before 2012.
 *
 * - `schools`: one row per school: `school`, `phase`, `type`, `region`, `authority`, `urban`, `roll`, `ofsted` (before
 *   designation), `intake` (mean prior attainment in points), `disadvantaged`, `fsm`, `eal`, `sen`, `minority`
 *   (shares on the register), `outcome2009` to `outcome2011` (means, standardised), `role`, `cohort` (1 to 3, missing outside
 *   alliances), `alliance`.
 * - `pupils`: a stream of chunks; each record has `school`, `year`, `keyStage`, `prior` (points: KS1 for KS2 pupils,
 *   KS2 for KS4), `gender`, `fsm`, `eal`, `sen`, `ethnicity`, `idaci` (0 to 1), `birthMonth` (0 = September …
 *   11 = August), `points` (national scale of that year, without its floor and ceiling), `outcome` (standardised on
 *   national constants). {@link drawPupils} gives those of chosen schools and years as one frame.
 * - `truth`: potential outcomes of each school and year, and the division of variance; {@link truthOf} sums it up for
 *   matched schools.
 *
 * Same seed and options, same bytes, whatever the size of chunks and the order of schools: every school, and the pupils
 * of every school and year, have a stream of random numbers of their own. Without designation outcomes do not depend on
 * `truth`.
 *
 * @param options - see {@link SimulateOptions} for ranges and defaults.
 * @throws `invalid-argument` for an unknown option or a value out of its range; for cohorts or alliances that ask for
 *   more schools than there are; for a hidden quality with more variance than lasting school effects.
 * @example
 * ```ts
 * import { drawPupils, simulateSchools } from "likewise";
 * const england = simulateSchools({ seed: 7, scale: 0.02 });
 * england.schools.rows; // 369
 * let records = 0;
 * for (const chunk of england.pupils.chunks({ size: 100 })) records += chunk.rows; // 100 schools at a time
 * records === england.pupils.rows; // true
 * drawPupils(england, { schools: ["P00001"], years: [2014] }).columns.length; // 13
 * ```
 * @see Muijs's analysis as reported by Gu et al. (2015), DfE RB505, whose study this is made for; the specification is
 * a reconstruction.
 */
export function simulateSchools(options: SimulateOptions = {}): SimulatedSchools {
  const resolved = resolveOptions(options);
  const world = buildWorld(resolved);
  const result: SimulatedSchools = {
    kind: "simulated-schools",
    options: resolved,
    schools: schoolFrame(world),
    pupils: streamOf(world),
    truth: {
      schools: truthFrame(world),
      variance: { KS2: world.schools.variance[0], KS4: world.schools.variance[1] },
    },
  };
  return remember(result, { world });
}
