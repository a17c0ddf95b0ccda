/** The least deviance along a line where its slope rises through 0: bracketed outwards, then halved and cut. */
export function minimum(slope: (t: number) => { value: number; deviance: number }, start: number): number {
  let low = start;
  let high = start;
  let lowSlope = slope(low).value;
  let highSlope = lowSlope;
  for (let step = 0.5; lowSlope > 0 && step < 1e3; step *= 2) {
    low -= step;
    lowSlope = slope(low).value;
  }
  for (let step = 0.5; highSlope < 0 && step < 1e3; step *= 2) {
    high += step;
    highSlope = slope(high).value;
  }
  const root = zeroBetween((t) => slope(t).value, low, lowSlope, high, highSlope);
  return slope(root).deviance;
}

/** Where the excess over the cut-off crosses 0, outwards from `at` in steps of the size and direction of `step`. */
export function crossing(excess: (t: number) => number, at: number, step: number): number {
  let inner = at;
  let innerValue = excess(at);
  let outer = at + 2 * step;
  let outerValue = excess(outer);
  for (let i = 0; outerValue < 0 && i < 60; i++) {
    inner = outer;
    innerValue = outerValue;
    outer = at + (outer - at) * 1.5;
    outerValue = excess(outer);
  }
  return zeroBetween(excess, inner, innerValue, outer, outerValue);
}

/** A root between two points of different sign: false position with halving where it stalls (the Illinois rule). */
export function zeroBetween(f: (t: number) => number, a: number, fa: number, b: number, fb: number): number {
  let [left, leftValue, right, rightValue] = [a, fa, b, fb];
  let side = 0;
  for (let i = 0; i < 100; i++) {
    if (Math.abs(right - left) <= 1e-14 * Math.max(Math.abs(left), Math.abs(right))) break;
    let t = Number.isFinite(rightValue)
      ? (leftValue * right - rightValue * left) / (leftValue - rightValue)
      : (left + right) / 2;
    if (!(t > Math.min(left, right) && t < Math.max(left, right))) t = (left + right) / 2;
    const value = f(t);
    if (value === 0) return t;
    if (value < 0 === leftValue < 0) {
      left = t;
      leftValue = value;
      if (side === -1) rightValue /= 2;
      side = -1;
    } else {
      right = t;
      rightValue = value;
      if (side === 1) leftValue /= 2;
      side = 1;
    }
    if (Math.abs(value) < 1e-11) return t;
  }
  return Math.abs(leftValue) < Math.abs(rightValue) ? left : right;
}
