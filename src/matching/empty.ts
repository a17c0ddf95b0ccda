import { fail } from "../errors/error";
import { shortNumber } from "../errors/words";
import type { CaliperSet } from "./calipers";
import { type LineProblem, layLine } from "./nearest/line";
import { createLineFinder } from "./nearest/search";
import type { ResolvedNearestShared } from "./types/resolved";
import type { Discard } from "./types/subject";

/** Refuses a match in which `discard` left one group without units. */
export function requireKept(treated: Uint8Array, kept: Uint8Array, discard: Discard): void {
  let ones = 0;
  let zeros = 0;
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    if (treated[row] === 1) ones++;
    else zeros++;
  }
  if (ones > 0 && zeros > 0) return;
  const arm = ones === 0 ? "treated" : "control";
  fail(
    "empty-match",
    `discard: "${discard}" leaves no ${arm} unit: the scores of the two groups hardly overlap. ` +
      "Match without discard, or look for covariates that both groups share.",
    { discard, arm },
  );
}

/** Says why no pair is allowed and what would allow one. */
export function failEmpty(
  problem: LineProblem,
  calipers: CaliperSet,
  options: Pick<ResolvedNearestShared, "exact" | "antiexact">,
): never {
  const named = calipers.resolved.filter(({ name }) => name !== "score");
  const conditions = conditionWords(named, options);
  const smallest = smallestDistance(problem);
  if (smallest === Number.POSITIVE_INFINITY) {
    return failConditions(conditions);
  }
  const caliper = calipers.resolved[0];
  const asked =
    problem.caliper < 0
      ? `a difference in score above ${shortNumber(-problem.caliper)}`
      : `a difference in score of at most ${shortNumber(problem.caliper)}`;
  return fail(
    "empty-match",
    `No pair is allowed: the caliper asks for ${asked} (${shortNumber(Math.abs(caliper.widthInSd))} sd)` +
      `${conditions.length > 0 ? ` besides ${conditions.join("; ")}` : ""}, ` +
      (problem.caliper < 0
        ? "and no two units of the two groups are that far apart. Ask for a smaller difference."
        : `and the smallest difference there is ${shortNumber(smallest)}. Widen the caliper, or look why the groups do not overlap.`),
    { caliper: problem.caliper, smallest, conditions },
  );
}

/** The same where partners are to be close on something else than the score. */
export function failEmptyDistance(
  calipers: CaliperSet,
  options: Pick<ResolvedNearestShared, "exact" | "antiexact">,
): never {
  return failConditions(conditionWords(calipers.resolved, options), " The distance itself excludes no one.");
}

function conditionWords(
  calipers: CaliperSet["resolved"],
  { exact, antiexact }: Pick<ResolvedNearestShared, "exact" | "antiexact">,
): string[] {
  return [
    exact.length > 0 ? `equal ${exact.join(", ")}` : "",
    antiexact.length > 0 ? `different ${antiexact.join(", ")}` : "",
    ...calipers.map(({ name }) => `the caliper on ${name === "score" ? "the score" : name}`),
  ].filter((text) => text !== "");
}

function failConditions(conditions: readonly string[], more = ""): never {
  return fail(
    "empty-match",
    `No pair is possible under the conditions (${conditions.join("; ")}): no two units of the two groups satisfy them together. Relax one of them.${more}`,
    { conditions },
  );
}

/** The smallest difference in score of a pair that satisfies all but the score's caliper. */
function smallestDistance(problem: LineProblem): number {
  const free = { ...problem, caliper: Number.POSITIVE_INFINITY };
  const line = layLine(free);
  const finder = createLineFinder(free, line);
  let smallest = Number.POSITIVE_INFINITY;
  for (let t = 0; t < problem.focal.length; t++) {
    const place = finder.search(t, -1);
    if (place < 0) continue;
    smallest = Math.min(smallest, finder.distance(t, place));
  }
  return smallest;
}
