import { frame } from "../data/frame";
import type { Column, Frame } from "../data/types";
import { count } from "../errors/words";
import { cellKeys } from "../study/cells";
import { assembleStudy } from "../study/run-study";
import { resolveSettings, type StudyOptions } from "../study/settings";
import { studySource } from "../study/source";
import type { CellKey, Study, StudyCell, StudyTables } from "../study/types";
import type { ResolvedSimulation, SimulatedSchools, SimulateOptions } from "../synthetic/types";
import type { SentCell, StudySetup } from "./study-job";
import { shareOut } from "./workers";

export interface StudyThreads {
  /** Worker threads; default as many as there are cores. */
  readonly threads?: number;
}

/**
 * `runStudy` on worker threads: the same study to the last digit, whatever their number.
 *
 * Roles, key stages and cohorts are shared out (up to 18, so more threads do not help). Simulated schools are simulated
 * again on every thread, which takes a second at national scale; a user's own tables are copied once, into memory that all
 * threads read. What results remember of their data stays behind: verbs such as `matchedData` need the data as their second argument.
 *
 * @param options - as for `runStudy`; `onProgress` is called on this thread, in the order in which cells are done.
 * @param threads - `threads`: how many.
 * @throws what `runStudy` throws, `stopped` within a tenth of a second; `invalid-argument` for `threads`; `file` where the script of the
 *   workers is not beside this one.
 * @example
 * ```ts
 * import { simulateSchools } from "likewise";
 * import { runStudyInWorkers } from "likewise/node";
 * const study = await runStudyInWorkers(
 *   {
 *     data: simulateSchools({ seed: 1, scale: 0.2 }),
 *     roles: ["teaching"], years: [2014], schoolCovariates: ["intake", "fsm"], sensitivity: "none",
 *   },
 *   { threads: 2 },
 * );
 * study.grid.length; // 6
 * ```
 */
export async function runStudyInWorkers(options: StudyOptions, threads: StudyThreads = {}): Promise<Study> {
  const settings = resolveSettings(options);
  const { data, onProgress, signal, ...plain } = options;
  const tables = isSimulated(data) ? null : framesOf(data);
  const source = studySource(tables === null ? data : { ...tables, titles: (data as StudyTables).titles }, options);
  const keys = cellKeys(settings);
  const tasks = groupsOf(keys);
  const cells = new Map(tasks.map((task): [readonly CellKey[], StudyCell[]] => [task, []]));
  let done = 0;
  await shareOut<StudySetup, readonly CellKey[], SentCell>({
    job: "study",
    setup: { options: plain, data: tables === null ? { simulate: askedFor(data as SimulatedSchools) } : { tables } },
    tasks,
    threads: threads.threads,
    signal,
    stopped: () => `The study was stopped before it was done, after ${done} of ${count(keys.length, "comparison")}.`,
    onResult: ({ cell, sharesDesign }, task) => {
      const found = cells.get(task)!;
      const whole = sharesDesign ? { ...cell, design: found[found.length - 1].design } : cell;
      found.push(whole);
      onProgress?.(++done, keys.length, whole);
    },
  });
  return assembleStudy(source, settings, [...cells.values()].flat());
}

/** Neighbours of one role, key stage and cohort. */
function groupsOf(keys: readonly CellKey[]): CellKey[][] {
  const groups = new Map<string, CellKey[]>();
  for (const key of keys) {
    const name = `${key.role} ${key.keyStage} ${key.cohort}`;
    groups.set(name, [...(groups.get(name) ?? []), key]);
  }
  return [...groups.values()];
}

function isSimulated(data: StudyOptions["data"]): data is SimulatedSchools {
  return "kind" in data;
}

/** The options that simulate the same again: the selection world has no effects to set. */
function askedFor({ options }: { readonly options: ResolvedSimulation }): SimulateOptions {
  const { truth, ...others } = options;
  return options.world === "selection" ? others : { ...others, truth };
}

function framesOf({
  schools,
  pupils,
  columns,
}: StudyTables): Extract<StudySetup["data"], { tables: unknown }>["tables"] {
  return { schools: sharedFrame(frame(schools)), pupils: sharedFrame(frame(pupils)), columns };
}

/** The same table in memory that threads share instead of copying. */
function sharedFrame(table: Frame): Frame {
  const columns = table.columns.map((column): Column => {
    if ("codes" in column) return { ...column, codes: shared(column.codes, Int32Array) };
    return { ...column, values: shared(column.values, Float64Array) };
  });
  return { ...table, columns };
}

function shared<T extends Float64Array | Int32Array>(values: T, make: new (buffer: SharedArrayBuffer) => T): T {
  const copy = new make(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
