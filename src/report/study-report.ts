import { pluralOf } from "../study/cells";
import type { Study } from "../study/types";
import type { Report, Section } from "./document";
import { balanceSection, flowSection, headlineCells, modelsSection } from "./section-design";
import { effectsSection, placeboSection, truthSection } from "./section-effects";
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
    limits(study),
    glossary,
    reproduction(study),
    references,
  ];
  return {
    kind: "report",
    title: "Did pupils do better in these schools than in similar schools?",
    lead: lead(study),
    sections: sections.filter((section) => section !== null),
  };
}

/** One sentence for each role and key stage, before all else. */
function lead(study: Study): string[] {
  const findings = study.settings.roles.flatMap((role) =>
    study.settings.keyStages.map((keyStage) => {
      const rows = study.grid.filter((row) => row.role === role && row.keyStage === keyStage && !row.placebo);
      const run = rows.filter(({ estimate }) => Number.isFinite(estimate));
      const who = `${pluralOf(role)[0].toUpperCase()}${pluralOf(role).slice(1)}, ${keyStage}`;
      if (run.length === 0) return `${who}: none of ${rows.length} comparisons could be run.`;
      const clear = run.filter((row) => row.holm < 0.05);
      const estimates = run.map(({ estimate }) => estimate);
      const range = `${sd(Math.min(...estimates))} to ${sd(Math.max(...estimates))} sd`;
      if (clear.length === 0) return `${who}: nothing clear in ${run.length} comparisons (estimates ${range}).`;
      const better = clear.filter(({ estimate }) => estimate > 0).length;
      const way = better === clear.length ? "better" : better === 0 ? "worse" : "better in some and worse in others,";
      const share = Math.max(...clear.map(({ dropOfTotalEmpty }) => dropOfTotalEmpty));
      return `${who}: pupils did ${way} than in similar schools in ${clear.length} of ${run.length} comparisons (estimates ${range}; up to ${(100 * share).toFixed(1)} % of the variance between pupils).`;
    }),
  );
  const origin =
    study.origin === "simulated"
      ? [
          "These are synthetic pupils with a known truth, made to test and to teach the method; nothing here is a finding about real schools.",
        ]
      : [];
  return [...origin, ...findings];
}

function sd(value: number): string {
  return value.toFixed(2).replace("-", "−");
}
