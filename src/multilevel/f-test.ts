import { EVD, Matrix } from "ml-matrix";
import { fSurvival } from "../distributions/f";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { suggest } from "../errors/words";
import { bilinear, factorise, principal, sandwich } from "../linalg/symmetric";
import { contrastTests } from "./contrasts";
import type { ComponentKenwardRoger } from "./nested/kenward-roger";
import type { MixedModel } from "./types";

/** An F test that several coefficients are 0 together. */
export interface FTest {
  readonly kind: "f-test";
  readonly terms: readonly string[];
  readonly method: "satterthwaite" | "kenward-roger";
  /** The statistic; Kenward and Roger's is scaled. */
  readonly f: number;
  readonly numeratorDf: number;
  readonly denominatorDf: number;
  readonly p: number;
}

/**
 * Tests whether several coefficients of a mixed model are 0 together: the dummies of a factor, the parts of a polynomial.
 *
 * F = (Lβ)'(LCL')⁻¹(Lβ)/q. Satterthwaite's denominator comes from the q independent contrasts in which LCL' is diagonal:
 * 2E/(E − q) with E = Σ ν_m/(ν_m − 2) (Fai & Cornelius 1996, as lmerTest); Kenward and Roger's from their covariance and
 * scaling (1997, as pbkrtest). A model fitted with `df: "kenward-roger"` gets theirs, any other Satterthwaite's.
 *
 * @param options - `terms`: names of coefficients, as in `model.terms`.
 * @throws `unknown-column` for a term the model does not have; `invalid-argument` without terms.
 * @example
 * ```ts
 * import { fitMixed, testTerms } from "likewise";
 * const model = fitMixed("score ~ sector + ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c", "d", "d"],
 *   sector: ["x", "x", "y", "y", "z", "z", "x", "x"],
 *   ses: [0, 1, 1, 3, 2, 2, 1, 0],
 *   score: [8, 10, 13, 15, 5, 6, 9, 9],
 * });
 * testTerms(model, { terms: ["sectory", "sectorz"] }).numeratorDf; // 2
 * ```
 */
export function testTerms(model: MixedModel, options: { readonly terms: readonly string[] }): FTest {
  requireKnownOptions(options, ["terms"], "testTerms");
  const { terms } = options;
  if (!Array.isArray(terms) || terms.length === 0) {
    fail("invalid-argument", 'testTerms needs "terms": the names of the coefficients to test together.');
  }
  const rows = terms.map((term) => {
    const k = model.terms.indexOf(term);
    if (k < 0)
      fail("unknown-column", `The model has no term "${term}".${suggest(term, model.terms, "terms")}`, { term });
    return k;
  });
  const { back, satterthwaite, kenwardRoger } = contrastTests(model);
  const p = model.terms.length;
  const q = rows.length;
  const contrasts = new Float64Array(q * p);
  rows.forEach((k, i) => {
    contrasts.set(back.subarray(k * p, (k + 1) * p), i * p);
  });
  const estimates = Float64Array.from(rows, (k) => model.coefficients[k]);
  if (model.df === "kenward-roger") {
    const parts = kenwardRoger();
    const { denominatorDf, scaling } = kenwardRogerF(parts, contrasts, q, p);
    const f = scaling * waldF(sandwich(contrasts, parts.adjusted, q, p), estimates);
    return result(terms, "kenward-roger", f, q, denominatorDf);
  }
  const covariance = principal(model.vcov, p, rows);
  const { realEigenvalues, eigenvectorMatrix: vectors } = new EVD(new Matrix(asRows(covariance, q)), {
    assumeSymmetric: true,
  });
  const dfs = realEigenvalues.map((_, m) => {
    const contrast = new Float64Array(p);
    for (let k = 0; k < p; k++) for (let i = 0; i < q; i++) contrast[k] += vectors.get(i, m) * contrasts[i * p + k];
    return satterthwaite(contrast);
  });
  return result(terms, "satterthwaite", waldF(covariance, estimates), q, faiCornelius(dfs));
}

function result(terms: readonly string[], method: FTest["method"], f: number, q: number, df: number): FTest {
  return { kind: "f-test", terms, method, f, numeratorDf: q, denominatorDf: df, p: fSurvival(f, q, df) };
}

const asRows = (a: Float64Array, q: number): number[][] =>
  Array.from({ length: q }, (_, i) => Array.from(a.subarray(i * q, (i + 1) * q)));

function waldF(covariance: Float64Array, estimates: Float64Array): number {
  const q = estimates.length;
  const factor = factorise(covariance, q);
  if (factor === null) return Number.NaN;
  const solved = factor.solve(estimates);
  return estimates.reduce((sum, value, i) => sum + value * solved[i], 0) / q;
}

function faiCornelius(dfs: readonly number[]): number {
  const q = dfs.length;
  if (q === 1) return dfs[0];
  if (dfs.some((df) => df <= 2)) return 2;
  if (dfs.every((df) => Math.abs(df - dfs[0]) < 1e-8)) return dfs[0];
  const e = dfs.reduce((sum, df) => sum + df / (df - 2), 0);
  return (2 * e) / (e - q);
}

/** Denominator and scaling of Kenward & Roger (1997), section 3, Θ = L'(LΦL')⁻¹L. */
function kenwardRogerF(
  { phi, p: derivatives, v }: ComponentKenwardRoger,
  contrasts: Float64Array,
  q: number,
  size: number,
): { denominatorDf: number; scaling: number } {
  const inverse =
    factorise(sandwich(contrasts, phi, q, size), q)?.inverse() ?? new Float64Array(q * q).fill(Number.NaN);
  const phiLeft = (row: number): Float64Array => {
    const l = contrasts.subarray(row * size, (row + 1) * size);
    return Float64Array.from({ length: size }, (_, j) =>
      l.reduce((sum, value, k) => sum + phi[j * size + k] * value, 0),
    );
  };
  const left = Array.from({ length: q }, (_, i) => phiLeft(i));
  // (LΦL')⁻¹ LΦP_rΦL', q × q: traces of its products are those of ΘΦP_rΦ.
  const reduced = derivatives.map((pr) => {
    const middle = left.map((a) => left.map((b) => bilinear(a, pr, b, size)));
    return new Matrix(asRows(inverse, q)).mmul(new Matrix(middle));
  });
  let a1 = 0;
  let a2 = 0;
  const count = reduced.length;
  for (let r = 0; r < count; r++) {
    for (let s = 0; s < count; s++) {
      a1 += v[r * count + s] * reduced[r].trace() * reduced[s].trace();
      a2 += v[r * count + s] * reduced[r].mmul(reduced[s]).trace();
    }
  }
  const b = (a1 + 6 * a2) / (2 * q);
  const g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2);
  const scale = 3 * q + 2 * (1 - g);
  const [c1, c2, c3] = [g / scale, (q - g) / scale, (q + 2 - g) / scale];
  const expectation = 1 / (1 - a2 / q);
  const variance = ((2 / q) * (1 + c1 * b)) / ((1 - c2 * b) ** 2 * (1 - c3 * b));
  const rho = variance / (2 * expectation * expectation);
  const denominatorDf = 4 + (q + 2) / (q * rho - 1);
  return { denominatorDf, scaling: denominatorDf / (expectation * (denominatorDf - 2)) };
}
