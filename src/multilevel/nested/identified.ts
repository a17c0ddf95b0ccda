import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import type { NestedSummary } from "../types";

/** Refuses nestings whose variances cannot be told apart. */
export function requireNesting({ inner, nesting }: NestedSummary): void {
  const outermost = nesting[nesting.length - 1];
  if (outermost.levels.length < 2) {
    fail(
      "too-few-groups",
      `All ${count(inner.nobs, "row")} belong to one ${outermost.group} ("${outermost.levels[0]}"); nested random intercepts need at least two outer groups, and many more to be worth it.`,
      { group: outermost.group, levels: outermost.levels.length },
    );
  }
  if (inner.sizes.every((size) => size === 1)) {
    fail(
      "not-identified",
      `Every ${inner.group} has one row, so its variance and the residual variance cannot be told apart. Leave the innermost level out of (1 | ${inner.bound.randomTerms[0].groups.join("/")}).`,
      { group: inner.group },
    );
  }
  for (let k = 0; k + 1 < nesting.length; k++) {
    const [own, outer] = [nesting[k], nesting[k + 1]];
    if (own.levels.length > outer.levels.length) continue;
    fail(
      "not-identified",
      `Every ${outer.group} holds one ${own.group}, so the variances of the two levels cannot be told apart. Leave one of them out of (1 | ${inner.bound.randomTerms[0].groups.join("/")}).`,
      { groups: [own.group, outer.group] },
    );
  }
}
