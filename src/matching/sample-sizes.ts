import { effectiveSizes } from "../linalg/effective-size";
import type { ByArm, SampleSizes } from "./types/result";

/** Counts units with a score by group and fate; a weight other than 0 is a match. */
export function sampleSizes(
  treated: Uint8Array,
  present: (row: number) => boolean,
  weights: Float64Array,
  discarded: Uint8Array | null,
): SampleSizes {
  const [all, matched, lost] = Array.from({ length: 3 }, () => new Float64Array(2));
  for (let row = 0; row < treated.length; row++) {
    if (!present(row)) continue;
    const arm = treated[row];
    const weight = weights[row];
    all[arm]++;
    if (weight !== 0) matched[arm]++;
    else if (discarded !== null && discarded[row] === 1) lost[arm]++;
  }
  const effective = effectiveSizes(weights, treated);
  const byArm = (of: (arm: number) => number): ByArm => ({ treated: of(1), control: of(0) });
  return {
    all: byArm((arm) => all[arm]),
    matched: byArm((arm) => matched[arm]),
    effective: byArm((arm) => effective[arm]),
    unmatched: byArm((arm) => all[arm] - matched[arm] - lost[arm]),
    discarded: byArm((arm) => lost[arm]),
  };
}
