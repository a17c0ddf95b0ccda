import { numericColumn, requireFinite } from "../data/column";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { oneOf, requireComplete, requireData } from "./arguments";
import type { NearestOptions } from "./types/options";
import type { ResolvedCaliper } from "./types/result";
import type { CaliperUnits } from "./types/subject";

/** The calipers in numbers: the score's own, and columns with their widths. */
export interface CaliperSet {
  /** The score's first. */
  readonly resolved: readonly ResolvedCaliper[];
  /** `Infinity` where the score has none. */
  readonly score: number;
  readonly columns: readonly { readonly values: Float64Array; readonly width: number }[];
}

interface Given {
  readonly name: string;
  readonly width: number;
  readonly units: CaliperUnits;
}

/** Resolves widths given in standard deviations on the units kept, both groups together. */
export function resolveCalipers(
  options: Pick<NearestOptions, "caliper" | "caliperUnits">,
  score: Float64Array | null,
  kept: Uint8Array,
  data: Frame | undefined,
): CaliperSet {
  const resolved: ResolvedCaliper[] = [];
  const columns: { values: Float64Array; width: number }[] = [];
  let scoreWidth = Number.POSITIVE_INFINITY;
  for (const given of givenCalipers(options)) {
    if (given.name === "score") {
      if (score === null) {
        return fail(
          "invalid-argument",
          `A caliper on the score needs one: give the subject a "score", or name a column instead.`,
          {
            caliper: "score",
          },
        );
      }
      const caliper = resolve(given, standardDeviation(score, kept));
      resolved.unshift(caliper);
      scoreWidth = caliper.width;
      continue;
    }
    const values = numericColumn(requireData(data, `The caliper on "${given.name}"`), given.name, "a caliper");
    requireFinite(values, given.name);
    requireComplete({ kind: "numeric", name: given.name, values }, (row) => kept[row] === 1, kept.length, "a caliper");
    const caliper = resolve(given, standardDeviation(values, kept));
    resolved.push(caliper);
    columns.push({ values, width: caliper.width });
  }
  return { resolved, score: scoreWidth, columns };
}

function givenCalipers({ caliper, caliperUnits }: Pick<NearestOptions, "caliper" | "caliperUnits">): Given[] {
  const unitsOtherwise = oneOf("caliperUnits", caliperUnits, ["sd", "raw"], "sd");
  if (caliper === undefined) {
    if (caliperUnits !== undefined) fail("invalid-argument", 'The option "caliperUnits" goes with "caliper".');
    return [];
  }
  if (typeof caliper === "number") return [checked("score", caliper, unitsOtherwise)];
  if (typeof caliper !== "object" || caliper === null) {
    fail("invalid-argument", "A caliper must be a number, or numbers by name such as { score: 0.2, age: 2 }.");
  }
  return Object.entries(caliper).map(([name, value]) =>
    typeof value === "object" && value !== null
      ? checked(name, value.width, oneOf(`caliper.${name}.units`, value.units, ["sd", "raw"], unitsOtherwise))
      : checked(name, value, unitsOtherwise),
  );
}

function checked(name: string, width: number, units: CaliperUnits): Given {
  if (typeof width !== "number" || !Number.isFinite(width)) {
    fail("invalid-argument", `The caliper on "${name}" must be a finite number, not ${String(width)}.`, {
      caliper: name,
    });
  }
  return { name, width, units };
}

function resolve({ name, width, units }: Given, sd: number): ResolvedCaliper {
  return units === "sd"
    ? { name, width: width * sd, sd, widthInSd: width, units }
    : { name, width, sd, widthInSd: width / sd, units };
}

/** √(Σ(x − mean)² / (n − 1)) over the rows kept. */
export function standardDeviation(values: Float64Array, kept: Uint8Array): number {
  let n = 0;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    if (kept[row] === 0) continue;
    n++;
    sum += values[row];
  }
  const mean = sum / n;
  let squares = 0;
  let rest = 0;
  for (let row = 0; row < values.length; row++) {
    if (kept[row] === 0) continue;
    const deviation = values[row] - mean;
    squares += deviation * deviation;
    rest += deviation;
  }
  // The second term takes out what rounding left in the mean.
  return Math.sqrt((squares - (rest * rest) / n) / (n - 1));
}
