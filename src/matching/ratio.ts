import { byScore, type FocalUnits, tieStream } from "./sequence";
import type { ResolvedNearestShared } from "./types/resolved";

/**
 * How many partners each focal unit seeks.
 *
 * With a variable ratio the mean over the m focal units is `ratio`: as many as possible seek the maximum, one what is
 * left over, the rest the minimum; the units with the largest scores, where partners are scarce, seek fewest.
 *
 * @see Ming & Rosenbaum (2000), Biometrics 56:118-124.
 */
export function partnersSought(
  options: Pick<ResolvedNearestShared, "ratio" | "minControls" | "maxControls" | "ties" | "seed">,
  units: FocalUnits,
): Int32Array {
  const { ratio, minControls, maxControls } = options;
  const m = units.focal.length;
  const sought = new Int32Array(m);
  if (minControls === null || maxControls === null) return sought.fill(ratio);
  const atMost = Math.floor((m * (ratio - minControls)) / (maxControls - minControls));
  const between = Math.round(m * ratio) - atMost * maxControls - (m - atMost - 1) * minControls;
  const sequence = byScore("largest", units, tieStream(options, "ratio"));
  for (let i = 0; i < m; i++) {
    const fromEnd = m - 1 - i;
    sought[sequence[i]] = fromEnd < atMost ? maxControls : fromEnd === atMost ? between : minControls;
  }
  return sought;
}
