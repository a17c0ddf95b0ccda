import { sourceOf } from "../data/source";
import { fail } from "../errors/error";
import { count, describeValue, listSome } from "../errors/words";
import { STUDY_YEARS } from "./calibration/outcomes";
import { drawProgramme, effectsByYear } from "./programme";
import { drawSchools } from "./schools";
import type { World } from "./state";
import type { ResolvedSimulation, SimulatedSchools } from "./types";

/** The arrays behind a simulation: as remembered, or drawn again where it came through JSON or a worker. */
export function worldOf(simulated: SimulatedSchools): World {
  if (simulated?.kind !== "simulated-schools") {
    fail("invalid-argument", `A simulation by simulateSchools is needed, not ${describeValue(simulated)}.`);
  }
  return (sourceOf(simulated)?.world as World | undefined) ?? buildWorld(simulated.options);
}

/** Draws everything but pupils. */
export function buildWorld(options: ResolvedSimulation): World {
  const schools = drawSchools(options);
  const programme = drawProgramme(schools);
  return { schools, programme, effectByYear: effectsByYear(schools, programme) };
}

/** Positions of schools by name; of all where none are named. */
export function positions(world: World, names: readonly string[] | undefined): Int32Array {
  const { ids, count: schools } = world.schools;
  if (names === undefined) return Int32Array.from(ids.keys());
  if (!Array.isArray(names) || names.length === 0) {
    fail("invalid-argument", 'The option "schools" must list schools by their name, such as ["P00001"].');
  }
  const found = Int32Array.from(names, (name) => positionOf(world, name));
  const unknown = names.filter((_, i) => found[i] < 0);
  if (unknown.length > 0) {
    fail(
      "invalid-argument",
      `The simulation has no ${unknown.length === 1 ? "school" : "schools"} ${listSome(unknown.map((name) => describeValue(name)))}. ` +
        `It has ${count(schools, "school")}, from "${ids[0]}" to "${ids[schools - 1]}".`,
      { schools: unknown },
    );
  }
  const seen = new Set<number>();
  names.forEach((name, i) => {
    if (seen.has(found[i])) fail("invalid-argument", `The school "${name}" is named twice.`, { school: name });
    seen.add(found[i]);
  });
  return found;
}

/** A school's number is its place among those of its phase. */
function positionOf(world: World, name: unknown): number {
  if (typeof name !== "string") return -1;
  const { ids, primaries } = world.schools;
  const j = Number(name.slice(1)) - 1 + (name[0] === "S" ? primaries : 0);
  return ids[j] === name ? j : -1;
}

/** Positions of years among 2012 to 2014; those of the simulation where none are named. */
export function yearIndices(world: World, years: readonly number[] | undefined): number[] {
  const known = world.schools.options.years;
  const asked = years ?? known;
  if (!Array.isArray(asked) || asked.length === 0) {
    fail("invalid-argument", `The option "years" must list years among ${listSome(known)}.`);
  }
  const stranger = asked.find((year) => !known.includes(year));
  if (stranger !== undefined) {
    fail("invalid-argument", `The simulation has no year ${describeValue(stranger)}; it has ${listSome(known)}.`, {
      years: [...known],
    });
  }
  return known.filter((year) => asked.includes(year)).map((year) => (STUDY_YEARS as readonly number[]).indexOf(year));
}
