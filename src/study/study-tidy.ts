import { frame } from "../data/frame";
import type { Frame } from "../data/types";
import type { Recovery } from "./recovery-types";
import type { Study } from "./types";

/** The grid, a row per comparison, under its own names. */
export function tidyStudy({ grid }: Study): Frame {
  return frame(grid, { types: { reason: "text" } });
}

/** A row per scenario and estimator, under their own names. */
export function tidyRecovery({ rows }: Recovery): Frame {
  return frame(rows);
}
