import type { CellAnalysis, CellDesign, CellKey, CellSensitivity, StudySettings, StudySource } from "./types";

/** Step 7. */
export function senseCell(
  _source: StudySource,
  _settings: StudySettings,
  _key: CellKey,
  _design: CellDesign,
  _analysis: CellAnalysis,
): CellSensitivity | null {
  return null;
}
