import { fail } from "../errors/error";
import type { MixedModel } from "./types";

/** Refuses an option's value that does not exist. */
export function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  const words = allowed.map((word) => `"${word}"`);
  fail(
    "invalid-argument",
    `There is no ${name} "${value}"; choose ${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}.`,
  );
}

/** Refuses a confidence level outside (0, 1). */
export function requireLevel(level: number): void {
  if (level > 0 && level < 1) return;
  fail("invalid-argument", `A level must lie between 0 and 1, such as 0.95, not ${level}.`);
}

/** Refuses what is no whole number from `least` on. */
export function requireWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  fail("invalid-argument", `${name} must be a whole number from ${least}, not ${value}.`);
}

/**
 * Refuses models with sampling weights of pupils where a result rests on the likelihood of single rows.
 *
 * @param what - what was asked for, in the plural.
 */
export function refuseSamplingWeights(model: MixedModel, what: string): void {
  if (model.structure !== "intercept" || model.summary.pupilWeights !== "sampling") return;
  fail(
    "invalid-argument",
    `${what} are not available with sampling weights: scaled weights say nothing of how much a pupil's outcome varies. Fit the model without them.`,
  );
}
