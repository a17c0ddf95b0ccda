import { percent, type Table, text, wholeNumber } from "../display/table";
import { count, listSome } from "../errors/words";
import type { ByArm } from "../matching/types/result";
import type { Study } from "../study/types";
import { matchedSchools, percentage, type RunCell, rangeOf, runCells, type SharedDesign, sharedDesigns } from "./cells";
import { type Block, folded, list, paragraph, type Section, tableBlock } from "./document";

/** Where schools and pupils went, from the register to the models. */
export function flowSection(study: Study): Section {
  const designs = sharedDesigns(study);
  return {
    id: "flow",
    title: "Schools and pupils",
    blocks: [
      paragraph(
        "Each comparison starts from a pool: the schools of the role and cohort, and schools of the same phase that were never in an alliance " +
          "by the last year. Never being in an alliance is known only afterwards, so the pool conditions on the future. Each school of the role " +
          "takes the most similar comparator; one without a comparator close enough is left out and named, and the effect is then that of the matched schools only.",
      ),
      ...(designs.length === 0 ? [] : [tableBlock("schools", schoolsTable(designs))]),
      ...unmatched(designs),
      ...attrition(runCells(study)),
      folded("flow", pupilsTable(study)),
      ...notRun(study),
    ],
  };
}

const OTHER_ROLE = "in the programme in another role or cohort";

function schoolsTable(designs: readonly SharedDesign[]): Table {
  const names = ["in pool: of the role", "comparators", "matched: of the role", "comparators used", "without a match"];
  const reasons = new Set(designs.flatMap(({ design }) => design.pool.excluded.map(({ reason }) => reason)));
  const others = [...reasons].filter((reason) => reason !== OTHER_ROLE && !reason.startsWith("not "));
  return {
    kind: "table",
    title: "Schools, from the register to the match",
    columns: [
      { name: "schools", format: text },
      ...[...names, "left out: other role or cohort", "left out: grade", "left out: other"].map((name) => ({
        name,
        format: wholeNumber,
      })),
    ],
    rows: designs.map(({ name, design }) => {
      const { pool, unmatched } = design;
      const matched = matchedSchools(design);
      const left = (holds: (reason: string) => boolean): number =>
        pool.excluded.reduce((sum, { reason, schools }) => sum + (holds(reason) ? schools : 0), 0);
      return [
        name,
        pool.treated,
        pool.control,
        matched.treated,
        matched.control,
        unmatched.length,
        left((reason) => reason === OTHER_ROLE),
        left((reason) => reason.startsWith("not ")),
        left((reason) => others.includes(reason)),
      ];
    }),
    notes: [
      "Left out of the pool: schools of the phase that are in the programme in another role or cohort; for teaching schools those without the grade that designation asks for.",
      ...(others.length === 0 ? [] : [`Other reasons: ${listSome(others)}.`]),
    ],
  };
}

/** Every school of the role that found no comparator, by name. */
function unmatched(designs: readonly SharedDesign[]): Block[] {
  const found = designs.filter(({ design }) => design.unmatched.length > 0);
  if (found.length === 0) return [paragraph("Every school of the role found a comparator.")];
  return [
    paragraph("Without a comparator, so that the effect is that of the other schools:"),
    list(found.map(({ name, design }) => `${name}: ${design.unmatched.join(", ")}`)),
  ];
}

const lostShare = ({ analysis: { flow } }: RunCell, arm: keyof ByArm): number =>
  1 - flow.complete[arm] / flow.inMatchedSchools[arm];

function attrition(cells: readonly RunCell[]): Block[] {
  if (cells.length === 0) return [];
  const share = (value: number): string => percentage(value);
  const gap = (cell: RunCell): number => Math.abs(lostShare(cell, "treated") - lostShare(cell, "control"));
  const widest = cells.reduce((most, cell) => (gap(cell) > gap(most) ? cell : most));
  const columns = [...new Set(cells.flatMap(({ analysis }) => analysis.flow.lostTo.map(({ column }) => column)))];
  const pairs = cells.reduce((sum, { analysis }) => sum + analysis.flow.brokenPairs, 0);
  const own = cells.map((cell) => lostShare(cell, "treated"));
  const others = cells.map((cell) => lostShare(cell, "control"));
  return [
    paragraph(
      `Pupils with a value missing are left out of all models: ${rangeOf(own, share)} of those in schools of the role and ${rangeOf(others, share)} ` +
        `of those in comparators. The two groups lose most unequally in ${widest.name}: ${share(lostShare(widest, "treated"))} against ${share(lostShare(widest, "control"))}.` +
        (columns.length === 0 ? "" : ` Missing are values of ${listSome(columns)}.`) +
        (pairs === 0 ? "" : ` ${count(pairs, "pair")} fell out with a school that kept no pupil.`),
    ),
  ];
}

function pupilsTable(study: Study): Table {
  return {
    kind: "table",
    title: "Pupils, from matched schools to the models",
    columns: [
      { name: "comparison", format: text },
      { name: "schools of the role", format: wholeNumber },
      { name: "comparators", format: wholeNumber },
      { name: "pupils of the role", format: wholeNumber },
      { name: "of them complete", format: wholeNumber },
      { name: "lost", format: percent(1) },
      { name: "pupils of comparators", format: wholeNumber },
      { name: "of these complete", format: wholeNumber },
      { name: "lost there", format: percent(1) },
    ],
    rows: study.cells.map((cell) => {
      if (cell.analysis === null) return [cell.name, ...new Array<null>(8).fill(null)];
      const { schools, flow } = cell.analysis;
      return [
        cell.name,
        schools.treated,
        schools.control,
        flow.inMatchedSchools.treated,
        flow.complete.treated,
        lostShare(cell as RunCell, "treated"),
        flow.inMatchedSchools.control,
        flow.complete.control,
        lostShare(cell as RunCell, "control"),
      ];
    }),
  };
}

function notRun(study: Study): Block[] {
  const cells = study.cells.filter(({ reason }) => reason !== null);
  if (cells.length === 0) return [];
  return [
    paragraph(`${cells.length} of ${count(study.cells.length, "comparison")} could not be run:`),
    list(cells.map(({ name, reason }) => `${name}: ${reason}`)),
  ];
}
