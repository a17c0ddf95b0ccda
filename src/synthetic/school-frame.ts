import type { Column, Frame } from "../data/types";
import { EARLIER_YEARS } from "./calibration/outcomes";
import { OFSTED_GRADES, PHASES, REGIONS, SCHOOL_TYPES } from "./calibration/schools";
import { PRIOR_SCALE } from "./composition";
import { ROLES } from "./programme";
import { registerShares } from "./register";
import type { World } from "./state";

/**
 * The schools as an analyst would be given them; copies, so that nothing done to them changes what pupils are drawn
 * from.
 */
export function schoolFrame(world: World): Frame {
  const { schools, programme } = world;
  const register = registerShares(world);
  const { count, primaries } = schools;
  const rows = Int32Array.from({ length: count }, (_, j) => j);
  const stage = rows.map((j) => (j < primaries ? 0 : 1));
  const numeric = (name: string, values: Float64Array): Column => ({ kind: "numeric", name, values: values.slice() });
  const factor = (name: string, codes: Int32Array, levels: readonly string[]): Column => ({
    kind: "factor",
    name,
    codes: codes.slice(),
    levels,
  });
  const intake = Float64Array.from(rows, (j) => {
    const { mean, pupilSd } = PRIOR_SCALE[stage[j]];
    return mean + pupilSd * schools.intake[j];
  });
  const columns: Column[] = [
    { kind: "text", name: "school", codes: rows, levels: schools.ids },
    factor("phase", stage, PHASES),
    factor("type", schools.type, SCHOOL_TYPES),
    factor("region", schools.region, REGIONS),
    { kind: "text", name: "authority", codes: schools.authority.slice(), levels: schools.authorityNames },
    { kind: "logical", name: "urban", values: schools.urban.slice() },
    numeric("roll", schools.roll),
    factor("ofsted", schools.ofsted, OFSTED_GRADES),
    numeric("intake", intake),
    numeric("disadvantaged", schools.disadvantaged),
    numeric("fsm", register.fsm),
    numeric("eal", register.eal),
    numeric("sen", register.sen),
    numeric("minority", register.minority),
    ...EARLIER_YEARS.map((year, t) =>
      numeric(
        `outcome${year}`,
        Float64Array.from(rows, (j) => schools.earlierByYear[3 * j + t]),
      ),
    ),
    factor("role", programme.role, ROLES),
    numeric(
      "cohort",
      Float64Array.from(programme.cohort, (cohort) => (cohort === 0 ? Number.NaN : cohort)),
    ),
    { kind: "text", name: "alliance", codes: programme.alliance.slice(), levels: programme.allianceNames },
  ];
  return { kind: "frame", rows: count, columns };
}
