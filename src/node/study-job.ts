import type { Frame } from "../data/types";
import { studyCells } from "../study/run-study";
import { resolveSettings, type StudyOptions } from "../study/settings";
import { studySource } from "../study/source";
import type { CellKey, StudyCell, StudyTables } from "../study/types";
import { simulateSchools } from "../synthetic/simulate";
import type { SimulateOptions } from "../synthetic/types";

/** A study's options as they go to a worker: without functions, its data as options to simulate from or as frames. */
export interface StudySetup {
  readonly options: Omit<StudyOptions, "data" | "onProgress" | "signal">;
  readonly data:
    | { readonly simulate: SimulateOptions }
    | {
        readonly tables: { readonly schools: Frame; readonly pupils: Frame; readonly columns?: StudyTables["columns"] };
      };
}

/** A cell on its way to another thread, without its design where that is the one of the cell before it. */
export interface SentCell {
  readonly cell: StudyCell;
  readonly sharesDesign: boolean;
}

/** Cells of one role, key stage and cohort, so that years share their design as in `runStudy`. */
export function studyJob({ options, data }: StudySetup): (keys: readonly CellKey[]) => Generator<SentCell> {
  const full: StudyOptions = {
    ...options,
    data: "simulate" in data ? simulateSchools(data.simulate) : data.tables,
  };
  const settings = resolveSettings(full);
  const source = studySource(full.data, full);
  return function* (keys) {
    let last: StudyCell["design"] = null;
    for (const cell of studyCells(source, settings, keys, undefined)) {
      const sharesDesign = cell.design !== null && cell.design === last;
      yield { cell: sharesDesign ? { ...cell, design: null } : cell, sharesDesign };
      last = cell.design;
    }
  };
}
