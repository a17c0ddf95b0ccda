import { fail } from "./error";
import { suggest } from "./words";

/** Refuses options that no one reads, offering the nearest name. */
export function requireKnownOptions(options: object, known: readonly string[], verb: string): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    fail("invalid-argument", `${verb} has no option "${name}".${suggest(name, known, "options")}`, { option: name });
  }
}
