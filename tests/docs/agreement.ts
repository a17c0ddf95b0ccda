import { assessBalance, fitMixed, fitPropensity, type Link, match, randomEffects } from "../../src/index";
import { asArray, referenceFrame, referenceJson } from "../helpers/reference";
import { covariates, lalonde, scoreSpecs, specs } from "../matching/lalonde";

/** One line of README's table: what agrees, with whom, over how many numbers, to how many digits at the worst. */
export interface Agreement {
  readonly what: string;
  readonly against: string;
  readonly numbers: number;
  readonly digits: number;
}

/** Pairs of our number and theirs, with what counts as the size of theirs. */
type Pairs = [ours: number, theirs: number, scale?: number][];

/** Digits that agree at the worst: −log10 of the largest relative difference, 15 at most. */
function line(what: string, against: string, pairs: Pairs): Agreement {
  const errors = pairs.map(([ours, theirs, scale]) => Math.abs(ours - theirs) / (scale ?? (Math.abs(theirs) || 1)));
  const worst = Math.max(...errors);
  return { what, against, numbers: pairs.length, digits: Math.min(15, Math.floor(-Math.log10(worst))) };
}

const zip = (ours: ArrayLike<number>, theirs: readonly number[]): Pairs => theirs.map((value, i) => [ours[i], value]);

interface LogisticCase {
  name: string;
  csv: string;
  formula: string;
  link: Link;
  weightValues: number[] | null;
  coefficients: number[];
  standardErrors: number[];
  fitted: number[];
}

function logistic(): Agreement[] {
  const restarted = new Map(
    referenceJson<LogisticCase[]>("logistic-restarted.json").map((entry) => [entry.name, entry]),
  );
  const [coefficients, errors, fitted]: Pairs[] = [[], [], []];
  for (const { name, csv, formula, link, weightValues } of referenceJson<LogisticCase[]>("logistic.json")) {
    const model = fitPropensity(formula, referenceFrame(csv), { link, weights: weightValues ?? undefined });
    const theirs = restarted.get(name) as LogisticCase;
    coefficients.push(...zip(model.coefficients, theirs.coefficients));
    errors.push(...zip(model.standardErrors, theirs.standardErrors));
    fitted.push(...zip(model.scores, theirs.fitted));
  }
  const glm = "R 4.2's glm, run until nothing moves";
  return [
    line("propensity coefficients", glm, coefficients),
    line("their standard errors", glm, errors),
    line("propensity scores", glm, fitted),
  ];
}

type Numbers = number | number[];
interface MixedFit {
  exact: { beta: Numbers; se: Numbers; sigma2: number; tau2: number; deviance: number };
  satterthwaite: { df: Numbers };
  randomEffects: { blup: number[]; condSd: number[] };
}

function mixed(): Agreement[] {
  const [fixed, variances, criterion, df, effects]: Pairs[] = [[], [], [], [], []];
  const cases = referenceJson<({ csv: string; formula: string } & Record<"REML" | "ML", MixedFit>)[]>("mixed.json");
  for (const entry of cases) {
    for (const method of ["REML", "ML"] as const) {
      const { exact, satterthwaite, randomEffects: theirs } = entry[method];
      const model = fitMixed(entry.formula, referenceFrame(entry.csv), { method });
      fixed.push(...zip(model.coefficients, asArray(exact.beta) as number[]));
      const ses = model.fixed.map((effect) => effect.standardError);
      fixed.push(...zip(ses, asArray(exact.se) as number[]));
      variances.push([model.variances.residual, exact.sigma2], [model.variances.group, exact.tau2]);
      criterion.push([model.criterion, exact.deviance]);
      const ourDf = model.fixed.map((effect) => effect.df);
      df.push(...zip(ourDf, asArray(satterthwaite.df) as number[]));
      const ours = randomEffects(model);
      effects.push(
        ...zip(
          ours.map((effect) => effect.estimate),
          theirs.blup,
        ),
        ...zip(
          ours.map((effect) => effect.conditionalSd),
          theirs.condSd,
        ),
      );
    }
  }
  const exact = "the profile likelihood solved in R to machine precision";
  return [
    line("mixed models: coefficients and standard errors", exact, fixed),
    line("variances", exact, variances),
    line("criterion", exact, criterion),
    line("Satterthwaite degrees of freedom", "lmerTest, on the same fits", df),
    line("random effects and their conditional sd", "lme4, which stops about 1e-8 short", effects),
  ];
}

function matching(): Agreement[] {
  const balance: Pairs = [];
  let pairs = 0;
  let equal = 0;
  for (const [name, options] of Object.entries(scoreSpecs)) {
    const spec = specs[name];
    const width = spec.mm_ncol ?? 0;
    const result = match({ treated: "treat", score: spec.distance, covariates, data: lalonde() }, options);
    for (let i = 0; i < result.focal.length; i++) {
      const theirs = new Set(spec.mm_index1.slice(i * width, (i + 1) * width).map((row) => (row ?? 0) - 1));
      for (let k = 0; k < result.width; k++) {
        pairs++;
        if (theirs.has(result.matches[i * result.width + k])) equal++;
      }
    }
    for (const row of assessBalance(result).rows) {
      const before = spec.balance_all[row.name];
      const { meanTreated, meanControl, smd, varianceRatio, ecdfMean, ecdfMax } = row.before;
      [meanTreated, meanControl, smd, varianceRatio, ecdfMean, ecdfMax].forEach((ours, k) => {
        if (ours !== null) balance.push([ours, before[k] as number, Math.max(1, Math.abs(before[k] as number))]);
      });
    }
  }
  const designs = `MatchIt 4.7.2, ${Object.keys(scoreSpecs).length} designs on lalonde`;
  return [
    { what: "matched pairs", against: designs, numbers: pairs, digits: equal === pairs ? Number.POSITIVE_INFINITY : 0 },
    line("balance before matching", designs, balance),
  ];
}

/** README's table of agreement, measured now. */
export function agreements(): Agreement[] {
  return [...logistic(), ...matching(), ...mixed()];
}
