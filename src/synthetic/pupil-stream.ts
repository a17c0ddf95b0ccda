import type { Frame } from "../data/types";
import { record, whole } from "./options";
import { countPupils, pupilFrame } from "./pupils";
import type { World } from "./state";
import type { ChunkOptions, DrawOptions, PupilStream, SimulatedSchools } from "./types";
import { positions, worldOf, yearIndices } from "./world";

/**
 * The pupils of chosen schools and years as one frame: for small simulations, or for the schools of a match.
 *
 * Only these are drawn, and they are the same records as in the whole. The columns are those of {@link
 * simulateSchools}.
 *
 * @param simulated - from {@link simulateSchools}.
 * @param options - `schools`: their `school`, in the order wanted (default all); `years` (default all of the
 * simulation).
 * @throws `invalid-argument` for a school or year that the simulation does not have, or a school named twice.
 * @example
 * ```ts
 * import { drawPupils, simulateSchools } from "likewise";
 * const england = simulateSchools({ scale: 0.01 });
 * const few = drawPupils(england, { schools: ["S00002", "P00001"], years: [2013] });
 * few.rows < england.pupils.rows; // true
 * ```
 */
export function drawPupils(simulated: SimulatedSchools, options: DrawOptions = {}): Frame {
  const world = worldOf(simulated);
  const given = record(options, ["schools", "years"], "drawPupils") as DrawOptions;
  return pupilFrame(world, positions(world, given.schools), yearIndices(world, given.years));
}

const DEFAULT_CHUNK = 250;

/** The pupils of a world, to be drawn in chunks. */
export function streamOf(world: World): PupilStream {
  return {
    kind: "pupil-stream",
    rows: countPupils(world, positions(world, undefined), yearIndices(world, undefined)),
    chunks: (options = {}) => {
      const given = record(options, ["size", "schools", "years"], "chunks") as ChunkOptions;
      const size = whole(given.size, "size", 1, Number.MAX_SAFE_INTEGER, DEFAULT_CHUNK);
      return framesOf(world, positions(world, given.schools), yearIndices(world, given.years), size);
    },
  };
}

function* framesOf(world: World, schools: Int32Array, years: readonly number[], size: number): Generator<Frame> {
  for (let start = 0; start < schools.length; start += size) {
    yield pupilFrame(world, schools.subarray(start, start + size), years);
  }
}
