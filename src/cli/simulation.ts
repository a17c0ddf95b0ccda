import type { SimulateOptions } from "../synthetic/types";
import type { Given } from "./command";
import { WORLD_NAMES } from "./shared-options";

/** The options of simulateSchools among those given. */
export function simulationOf(given: Given): SimulateOptions {
  const names = ["seed", "scale", ...WORLD_NAMES].filter((name) => name in given);
  return Object.fromEntries(
    // Cohorts are dates elsewhere on the command line.
    names.map((name) => [name === "teachingSchools" ? "cohorts" : name, given[name]]),
  );
}
