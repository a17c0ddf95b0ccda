import { HALF_LOG_TWO_PI } from "./elementary";

/** (−1)ᵏ (ζ(k) − 1) / k for k = 2, 3, …, computed in 60-digit arithmetic. */
const ZETA_TERMS: readonly number[] = [
  0.3224670334241132, -0.06735230105319809, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 0.00009945751278180853,
  -0.00004492623673813314, 0.00002050721277567069, -0.000009439488275268397, 0.000004374866789907488,
  -0.000002039215753801366, 9.55141213040742e-7, -4.492469198764566e-7, 2.1207184805554667e-7, -1.00432248239681e-7,
  4.7698101693639804e-8, -2.2711094608943164e-8, 1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9,
  -1.1921401405860912e-9, 5.731367241678862e-10,
];

/** B₂ₖ / (2k (2k − 1)) of Stirling's series (DLMF 5.11.1). */
const STIRLING_TERMS: readonly number[] = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
];

/**
 * log Γ(x) for x > 0, to a few units in the last place of max(1, |log Γ(x)|), and relatively near its zeros 1 and 2.
 *
 * Stirling's series from 10 upwards (DLMF 5.11.1); below, the recurrence brings x to [3/2, 5/2], where the series of
 * log Γ(2 + z) in ζ(k) − 1 serves (Abramowitz & Stegun 6.1.33).
 */
export function logGamma(x: number): number {
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingSeries(x);
  if (x < 0.5) return logGammaOfTwoPlus(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return logGammaOfTwoPlus(x - 1) - Math.log(x);
  let product = 1;
  let reduced = x;
  while (reduced > 2.5) {
    reduced -= 1;
    product *= reduced;
  }
  return logGammaOfTwoPlus(reduced - 2) + Math.log(product);
}

/** What Stirling's formula leaves of log x!: log Γ(x + 1) − (x + ½) log x + x − ½ log 2π (Loader, 2000). */
export function stirlingError(x: number): number {
  if (x >= 10) return stirlingSeries(x);
  if (x === 0.5) return 0.5 * (1 - Math.LN2); // every Student t asks for this one
  return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI;
}

/** log Γ(2 + z) for |z| ≤ ½. */
function logGammaOfTwoPlus(z: number): number {
  let sum = 0;
  for (let k = ZETA_TERMS.length - 1; k >= 0; k--) sum = sum * z + ZETA_TERMS[k];
  return z * (0.42278433509846713 + z * sum); // 1 − Euler's constant
}

function stirlingSeries(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let k = x > 1000 ? 2 : x > 50 ? 4 : 7; k >= 0; k--) sum = sum * inverseSquare + STIRLING_TERMS[k];
  return sum / x;
}
