import { effectiveSizes } from "../linalg/effective-size";
import type { ByArm, SampleSizes } from "./types/result";

/**
 * Counts units with a score by group and fate; a weight other than 0 is a match.
 *
 * @param present - 1 = counts; null = all do.
 */
export function sampleSizes(
  treated: Uint8Array,
  present: Uint8Array | null,
  weights: Float64Array,
  discarded: Uint8Array | null,
): SampleSizes {
  // By group, then by fate: unmatched, matched, discarded.
  const tally = new Float64Array(6);
  for (let row = 0; row < treated.length; row++) {
    const fate = weights[row] !== 0 ? 1 : discarded !== null && discarded[row] === 1 ? 2 : 0;
    tally[3 * treated[row] + fate] += present === null ? 1 : present[row];
  }
  const effective = effectiveSizes(weights, treated);
  const byArm = (of: (arm: number) => number): ByArm => ({ treated: of(1), control: of(0) });
  return {
    all: byArm((arm) => tally[3 * arm] + tally[3 * arm + 1] + tally[3 * arm + 2]),
    matched: byArm((arm) => tally[3 * arm + 1]),
    effective: byArm((arm) => effective[arm]),
    unmatched: byArm((arm) => tally[3 * arm]),
    discarded: byArm((arm) => tally[3 * arm + 2]),
  };
}
