import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { requireOneOf } from "./checks";
import type { DfMethod, KenwardRogerInformation } from "./types";

export interface FitMixedOptions {
  /** Restricted (default) or full maximum likelihood. */
  readonly method?: "REML" | "ML";
  /**
   * Degrees of freedom of the t tests and intervals. `"satterthwaite"` (default); `"kenward-roger"`, which also adjusts the
   * standard errors in `fixed` for small samples (REML only); `"between-within"`, units of the level at which a column varies less
   * the columns there (a column with a random slope counts among the groups); `"z"` for the normal; `"none"` for no tests.
   */
  readonly df?: DfMethod;
  /**
   * With `df: "kenward-roger"`: the information on the variances, `"expected"` (default; Kenward & Roger 1997, R's pbkrtest)
   * or `"observed"`, the curvature of the REML criterion itself (SAS, JMP). In balanced one-way layouts the two
   * agree. Where an intercept's variance is estimated as 0, the observed information takes it as known; with slopes it is refused
   * where their covariance matrix is singular.
   */
  readonly information?: KenwardRogerInformation;
}

/** With the options of the summary that a fit from rows makes. */
const KNOWN = ["method", "df", "information", "weights", "reference", "missing", "blocks"];

/** The options with their defaults, checked. */
export function resolveFitOptions(options: FitMixedOptions): Required<FitMixedOptions> {
  requireKnownOptions(options, KNOWN, "fitMixed");
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
