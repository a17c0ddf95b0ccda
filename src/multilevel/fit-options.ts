import { fail } from "../errors/error";
import { requireOneOf } from "./checks";
import type { DfMethod, KenwardRogerInformation } from "./types";

export interface FitMixedOptions {
  /** Restricted (default) or full maximum likelihood. */
  readonly method?: "REML" | "ML";
  /**
   * Degrees of freedom of the t tests and intervals. `"satterthwaite"` (default); `"kenward-roger"`, which also adjusts the
   * standard errors in `fixed` for small samples (REML only); `"between-within"`; `"z"` for the normal; `"none"` for no tests.
   */
  readonly df?: DfMethod;
  /**
   * With `df: "kenward-roger"`: the information on the variances, `"expected"` (default; Kenward & Roger 1997, R's pbkrtest)
   * or `"observed"`, the curvature of the REML criterion itself (SAS, JMP). In balanced one-way layouts the two
   * agree. Where the group variance is estimated as 0, the observed information takes it as known.
   */
  readonly information?: KenwardRogerInformation;
}

/** The options with their defaults, checked. */
export function resolveFitOptions(options: FitMixedOptions): Required<FitMixedOptions> {
  const { method = "REML", df = "satterthwaite", information = "expected" } = options;
  requireOneOf("method", method, ["REML", "ML"]);
  requireOneOf("df", df, ["satterthwaite", "kenward-roger", "between-within", "z", "none"]);
  if (df === "kenward-roger" && method === "ML") {
    fail(
      "invalid-argument",
      'Kenward-Roger degrees of freedom belong to REML; leave out method: "ML" or choose another df.',
    );
  }
  requireOneOf("information", information, ["expected", "observed"]);
  if (options.information !== undefined && df !== "kenward-roger") {
    fail(
      "invalid-argument",
      'information belongs to Kenward and Roger\'s tests: add df: "kenward-roger", or leave it out.',
    );
  }
  return { method, df, information };
}
