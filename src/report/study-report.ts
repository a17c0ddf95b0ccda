import { count } from "../errors/words";
import { pluralOf } from "../study/cells";
import { placeOf } from "../study/grid";
import type { GridRow, Study } from "../study/types";
import { capital, headlineCells, percentage, rangeOf, sd } from "./cells";
import type { Report, Section } from "./document";
import { balanceSection } from "./section-balance";
import { insideWords, placeboCount, placeboSection, truthSection } from "./section-checks";
import { diagnosticsSection } from "./section-diagnostics";
import { effectsSection } from "./section-effects";
import { flowSection } from "./section-flow";
import { modelsSection } from "./section-models";
import { survivalSection } from "./section-survival";
import { glossary, limits, question, references, reproduction } from "./section-words";

/**
 * A study as a report: question, schools and pupils, balance, models, effects, what would change them, limits and how to reproduce
 * it, written for a reader who knows schools. {@link toHtml} and {@link toMarkdown} make a page of it, {@link reportData} the JSON
 * file that its numbers can be traced to.
 *
 * @param study - what `runStudy` gave.
 * @example
 * ```ts
 * import { runStudy, simulateSchools } from "likewise";
 * import { studyReport } from "likewise/report";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1 }), roles: ["teaching"], keyStages: ["KS2"], years: [2014], sensitivity: "none",
 * });
 * studyReport(study).sections[0].title; // "The question"
 * ```
 */
export function studyReport(study: Study): Report {
  const heads = headlineCells(study);
  const sections: (Section | null)[] = [
    question(study),
    flowSection(study),
    balanceSection(study, heads),
    modelsSection(heads),
    effectsSection(study),
    placeboSection(study),
    truthSection(study),
    survivalSection(study),
    diagnosticsSection(study),
    limits(study),
    glossary,
    reproduction(study),
    references,
  ];
  return {
    kind: "report",
    title: "Did pupils do better in these schools than in similar schools?",
    lead: lead(study),
    source:
      "Every table and figure names its place in report.json, the data file beside this report, which has its numbers in full; those of this summary are of tables.effects, tables.variance-shares, tables.placebos and tables.truth.",
    sections: sections.filter((section) => section !== null),
  };
}

/** One sentence for each role and key stage, before all else; then the checks. */
function lead(study: Study): string[] {
  const findings = study.settings.roles.flatMap((role) =>
    study.settings.keyStages.map((keyStage) => {
      const rows = study.grid.filter((row) => row.role === role && row.keyStage === keyStage && !row.placebo);
      return `${capital(pluralOf(role))}, ${keyStage}: ${finding(rows)}`;
    }),
  );
  const origin =
    study.origin === "simulated"
      ? [
          "These are synthetic pupils with a known truth, made to test and to teach the method; nothing here is a finding about real schools.",
        ]
      : [];
  const placebos = study.grid.filter(({ placebo, estimate }) => placebo && Number.isFinite(estimate));
  const isKnown = study.cells.some(({ truth }) => truth !== null);
  return [
    ...origin,
    ...findings,
    ...(placebos.length === 0
      ? []
      : [`In years when nothing can have come of the role yet: ${lowered(placeboCount(placebos))}`]),
    ...(isKnown ? [insideWords(study)] : []),
  ];
}

const lowered = (sentence: string): string => `${sentence[0].toLowerCase()}${sentence.slice(1)}`;

function finding(rows: readonly GridRow[]): string {
  const run = rows.filter(({ estimate }) => Number.isFinite(estimate));
  if (run.length === 0) return `none of ${count(rows.length, "comparison")} could be run.`;
  const all = `estimates ${rangeOf(
    run.map(({ estimate }) => estimate),
    sd,
  )} sd`;
  const clear = run.filter((row) => row.holm < 0.05);
  if (clear.length === 0) return `nothing clear in ${count(run.length, "comparison")} (${all}).`;
  const better = clear.filter(({ estimate }) => estimate > 0).length;
  const counted = `in ${clear.length} of ${count(run.length, "comparison")}`;
  if (better > 0 && better < clear.length) {
    return `pupils did better than in similar schools in ${better} and worse in ${clear.length - better} of ${count(run.length, "comparison")} (${all}).`;
  }
  const sizes = clear.map(({ estimate }) => Math.abs(estimate));
  const shares = clear.map(({ dropOfTotalEmpty }) => dropOfTotalEmpty);
  const places = rangeOf(sizes, (size) => String(placeOf(size))).replace(" to ", "–");
  return (
    `pupils did ${better > 0 ? "better" : "worse"} than in similar schools ${counted}, by ${rangeOf(sizes, sd)} sd (as far apart as pupils number 50 and ` +
    `${places} of 100 in the nation); that is ${rangeOf(shares, (share) => percentage(share))} of the total variance of pupils' results (M0).` +
    (clear.length < run.length ? ` The others show nothing clear (${all} in all).` : "")
  );
}
