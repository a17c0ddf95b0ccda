import type { Line, LineProblem } from "./nearest/line";
import { fromLargest } from "./sequence";
import type { ResolvedNearest } from "./types/resolved";

/**
 * How many partners each focal unit seeks.
 *
 * With a variable ratio the mean over the m focal units is `ratio`: as many as possible seek the maximum, one what is
 * left over, the rest the minimum; the units with the largest scores, where partners are scarce, seek fewest.
 *
 * @see Ming & Rosenbaum (2000), Biometrics 56:118-124.
 */
export function partnersSought(
  { ratio, minControls, maxControls }: Pick<ResolvedNearest, "ratio" | "minControls" | "maxControls">,
  problem: LineProblem,
  line: Line,
): Int32Array {
  const m = problem.focal.length;
  if (minControls === null || maxControls === null) return new Int32Array(m).fill(ratio);
  const atMost = Math.floor((m * (ratio - minControls)) / (maxControls - minControls));
  const between = Math.round(m * ratio) - atMost * maxControls - (m - atMost - 1) * minControls;
  const sought = new Int32Array(m);
  const sequence = fromLargest(problem, line);
  for (let i = 0; i < m; i++) {
    const fromEnd = m - 1 - i;
    sought[sequence[i]] = fromEnd < atMost ? maxControls : fromEnd === atMost ? between : minControls;
  }
  return sought;
}
