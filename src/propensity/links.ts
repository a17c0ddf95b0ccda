import { normalCdf, normalDensity, normalLogSurvival, normalQuantile } from "../distributions/normal";

/** The link of the propensity model: logistic, normal, or complementary log-log. */
export type Link = "logit" | "probit" | "cloglog";

/**
 * What Fisher scoring needs of a link, with μ = P(treated | η), d = dμ/dη, V = μ(1 − μ), w = d²/V.
 */
export interface LinkKernel {
  probability(eta: number): number;
  /** η for a probability. */
  linear(probability: number): number;
  /** d log w / dη, for the Jeffreys penalty. */
  weightSlope(eta: number): number;
  /**
   * For `rows` rows from `from`: fills the weight w and the score (y − μ)d/V, and returns their deviance.
   *
   * Nothing is computed as 1 − μ, so no digits are lost where μ is near 1.
   */
  working(
    eta: Float64Array,
    treated: Uint8Array,
    prior: Float64Array | null,
    from: number,
    rows: number,
    weight: Float64Array,
    score: Float64Array,
  ): number;
}

const logit: LinkKernel = {
  probability: (eta) => 1 / (1 + Math.exp(-eta)),
  linear: (probability) => Math.log(probability) - Math.log1p(-probability),
  weightSlope: (eta) => -Math.tanh(eta / 2),
  working(eta, treated, prior, from, rows, weight, score) {
    let deviance = 0;
    // One logarithm for the whole block: a product of 512 factors in (1, 2] cannot overflow.
    let product = 1;
    for (let r = 0; r < rows; r++) {
      const value = eta[from + r];
      const e = Math.exp(-Math.abs(value));
      const larger = 1 / (1 + e);
      const smaller = e * larger;
      const likely = (treated[from + r] === 1) === value >= 0;
      const distance = likely ? smaller : larger;
      weight[r] = smaller * larger;
      score[r] = treated[from + r] === 1 ? distance : -distance;
      const linear = likely ? 0 : Math.abs(value);
      if (prior === null) {
        product *= 1 + e;
        deviance += linear;
      } else {
        const w = prior[from + r];
        weight[r] *= w;
        score[r] *= w;
        deviance += w * (linear + Math.log1p(e));
      }
    }
    return 2 * (deviance + Math.log(product));
  },
};

/** φ(η)/Φ(η) */
function mills(eta: number): number {
  if (eta > -8) return normalDensity(eta) / normalCdf(eta);
  return Math.exp(-0.5 * eta * eta - 0.9189385332046727 - normalLogSurvival(-eta));
}

const probit: LinkKernel = {
  probability: (eta) => normalCdf(eta),
  linear: (probability) => normalQuantile(probability),
  weightSlope: (eta) => -2 * eta - mills(eta) + mills(-eta),
  working(eta, treated, prior, from, rows, weight, score) {
    let deviance = 0;
    for (let r = 0; r < rows; r++) {
      const value = eta[from + r];
      const above = mills(value);
      const below = mills(-value);
      const w = prior === null ? 1 : prior[from + r];
      const isTreated = treated[from + r] === 1;
      weight[r] = w * above * below;
      score[r] = w * (isTreated ? above : -below);
      deviance -= w * normalLogSurvival(isTreated ? -value : value);
    }
    return 2 * deviance;
  },
};

const cloglog: LinkKernel = {
  probability: (eta) => -Math.expm1(-Math.exp(eta)),
  linear: (probability) => Math.log(-Math.log1p(-probability)),
  weightSlope(eta) {
    const hazard = Math.exp(eta);
    return 2 + hazard / Math.expm1(-hazard);
  },
  working(eta, treated, prior, from, rows, weight, score) {
    let deviance = 0;
    for (let r = 0; r < rows; r++) {
      const hazard = Math.exp(eta[from + r]);
      const ratio = hazard / Math.expm1(hazard);
      const w = prior === null ? 1 : prior[from + r];
      const isTreated = treated[from + r] === 1;
      weight[r] = w * hazard * ratio;
      score[r] = w * (isTreated ? ratio : -hazard);
      deviance += w * (isTreated ? -Math.log(-Math.expm1(-hazard)) : hazard);
    }
    return 2 * deviance;
  },
};

export const LINKS: Readonly<Record<Link, LinkKernel>> = { logit, probit, cloglog };
