import { readFileSync } from "node:fs";
import type { Frame } from "../../src/data/types";
import { requireIntercept } from "../../src/multilevel/require-intercept";
import type { InterceptModel, MixedModel } from "../../src/multilevel/types";
import { parseCsv } from "../../src/node/read-csv";

const folder = new URL("../reference/", import.meta.url);

/** A file of reference values, such as `mixed.json`. */
export function referenceJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
}

/** A reference data set, such as `exam.csv`. */
export function referenceFrame(name: string): Frame {
  return parseCsv(readFileSync(new URL(`data/${name}`, folder), "utf8"), {}, name);
}

/** R's JSON writes vectors of length one as scalars. */
export function asArray<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** The largest |a − b| / max(|b|, scale). */
export function worst(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = 1e-300): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / Math.max(Math.abs(expected[i]), scale);
    largest = Math.max(largest, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return largest;
}

/** The error a call raises, for looking at its code and message; fails the test where it raises none. */
export function errorOf(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("expected an error");
}

/** A model as one with a single random intercept, for its summary and θ. */
export function single(model: MixedModel): InterceptModel {
  return requireIntercept(model, "These tests");
}
