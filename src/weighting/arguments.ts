import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { describeValue, suggest } from "../errors/words";

/** Refuses anything but an options object with known names, offering the nearest. */
export function requireOptions(options: unknown, known: readonly string[], verb: string): void {
  if (typeof options !== "object" || options === null) {
    fail("invalid-argument", `${verb} needs an options object, such as { estimand: "ATT" }.`);
  }
  requireKnownOptions(options, known, verb);
}

/** The estimand, which has no default: it says what the study asks. */
export function requireEstimand<T extends string>(value: unknown, known: readonly T[], verb: string): T {
  const found = known.find((estimand) => estimand === value);
  if (found !== undefined) return found;
  const words = known.map((estimand) => JSON.stringify(estimand));
  const list = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  const given = value === undefined ? "nothing" : describeValue(value);
  const nearest = typeof value === "string" ? suggest(value, known, "estimands") : "";
  return fail("invalid-argument", `${verb} needs "estimand": ${list}, not ${given}.${nearest}`, { option: "estimand" });
}

/** A finite number above 0, or the default where it is undefined. */
export function positiveNumber(name: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  return fail("invalid-argument", `The option "${name}" must be a number above 0, not ${describeValue(value)}.`, {
    option: name,
  });
}
