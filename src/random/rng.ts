import seedrandom from "seedrandom";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";

/** A named stream of random numbers: the same seed and name give the same numbers everywhere. */
export interface Rng {
  /** Uniform on [0, 1) with 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Chi-squared with a positive number of degrees of freedom, whole or not. */
  chiSquared(df: number): number;
  /** A whole number from 0 to n − 1; `invalid-argument` where n is not a whole number from 1 to 2⁵³ − 1. */
  integer(n: number): number;
  /** Puts the array in random order, in place (Fisher and Yates). */
  shuffle<T extends { readonly length: number; [index: number]: number }>(values: T): T;
  /** An independent stream of that name, a text or a finite number; it does not depend on how far this one has run. */
  fork(name: string | number): Rng;
}

/**
 * A stream of random numbers for a seed: the same seed gives the same numbers on every machine (`normal` may differ in
 * the last digit between JavaScript engines, with `Math.log`).
 *
 * Baagøe's Alea, through seedrandom: fast and well mixed for simulation, not for secrets.
 *
 * @param seed - a finite number or a text; `1` and `"1"` are different seeds.
 * @throws `invalid-argument` for anything else.
 * @example
 * ```ts
 * import { createRng } from "likewise";
 * createRng(1).fork("pupils").uniform() === createRng(1).fork("pupils").uniform(); // true
 * ```
 */
export function createRng(seed: number | string): Rng {
  return stream(nameOf(seed, "A seed"));
}

/** JSON keeps `1` and `"1"` apart, and its quotes keep a text from posing as a path of forks. */
function nameOf(value: number | string, role: string): string {
  if (typeof value !== "string" && !Number.isFinite(value)) {
    fail("invalid-argument", `${role} must be a finite number or a text, not ${describeValue(value)}.`);
  }
  return JSON.stringify(value);
}

function stream(name: string): Rng {
  const generator = seedrandom.alea(name);
  let spare = Number.NaN;
  const rng: Rng = {
    uniform: () => generator.double(),
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      // Marsaglia's polar method gives two at a time.
      let u = 0;
      let v = 0;
      let s = 0;
      do {
        u = 2 * generator.double() - 1;
        v = 2 * generator.double() - 1;
        s = u * u + v * v;
      } while (s >= 1 || s === 0);
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    },
    chiSquared(df) {
      if (!(df > 0)) fail("invalid-argument", `Degrees of freedom must be positive, not ${df}.`);
      // Marsaglia and Tsang (2000) for the gamma of shape df/2; below 1 from the shape one higher.
      const shape = df / 2 < 1 ? df / 2 + 1 : df / 2;
      const d = shape - 1 / 3;
      const c = 1 / Math.sqrt(9 * d);
      for (;;) {
        const x = rng.normal();
        const v = (1 + c * x) ** 3;
        if (v <= 0) continue;
        const u = generator.double();
        if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
          return 2 * d * v * (df / 2 < 1 ? generator.double() ** (2 / df) : 1);
        }
      }
    },
    integer(n) {
      if (!Number.isSafeInteger(n) || n < 1) {
        fail("invalid-argument", `integer(n) needs a whole number of 1 or more, not ${describeValue(n)}.`);
      }
      return Math.floor(generator.double() * n);
    },
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = Math.floor(generator.double() * (i + 1));
        const value = values[i];
        values[i] = values[j];
        values[j] = value;
      }
      return values;
    },
    fork: (child) => stream(`${name}/${nameOf(child, "The name of a fork")}`),
  };
  return rng;
}
