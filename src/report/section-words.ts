import type { Study } from "../study/types";
import { type Block, list, paragraph, type Section } from "./document";

/** What is asked, what was published, and what is reconstruction. */
export function question(study: Study): Section {
  const { settings } = study;
  return {
    id: "question",
    title: "The question",
    blocks: [
      paragraph(
        "Teaching schools lead alliances of schools in England; strategic partners help to run them and members take part. Do pupils in these schools do " +
          "better than pupils in similar schools that are in no alliance?",
      ),
      paragraph(
        "A brief of the Department for Education (DFE-RB505, Gu et al. 2015) reports Muijs's analysis of national data: teaching schools ahead of their " +
          "comparators at Key Stages 2 and 4 in all three cohorts, by up to 5 and 4 % of total variance and in some cases a third of the variance " +
          "between schools; no clear evidence for partners and members, whose engagement was not recorded. Matching variables, caliper, " +
          "equations and coefficients are not published in anything we could read: the design of this study is a reconstruction, not a replication.",
      ),
      list([
        `Roles: ${settings.roles.join(", ")}; key stages: ${settings.keyStages.join(", ")}; years: ${settings.years.join(", ")}.`,
        `Cohorts: ${settings.cohorts.map(({ cohort, year, month }) => `${cohort} (designated ${String(month).padStart(2, "0")}/${year})`).join(", ")}.`,
        `Not published, so chosen here: all that follows. Matching: ${settings.ratio}:1 nearest neighbour on the linear predictor${settings.caliper === null ? ", no caliper" : `, caliper ${settings.caliper} sd`}; partners and members with schools of their own Ofsted grade, teaching schools with ${study.columns.outstanding} schools only.`,
        `Known beforehand and matched on: ${study.columns.schoolCovariates.join(", ")}, and the mean and trend of up to ${settings.earlierYears} earlier years' outcomes.`,
        `Of pupils, models take into account: ${termWords(study.columns.pupilCovariates)}.`,
      ]),
    ],
  };
}

/** A formula's terms as a list; squares by name, anything else as it stands. */
function termWords(formula: string): string {
  return formula
    .split("+")
    .map((term) => term.trim().replace(/^I\(\s*(\w+)\s*\^\s*2\s*\)$/, "$1 squared"))
    .join(", ");
}

export function limits(study: Study): Section {
  const items = [
    "Matching and models remove differences that were measured. Whatever else sets these schools apart remains in the estimates.",
    "Teaching schools had to be Outstanding, so the largest published figures may be residual quality of Outstanding schools rather than an effect of the role.",
    "Comparators were never in an alliance by the last year, which was not known at designation.",
    "“Reconstruction” means: the published analysis may have matched on other things, with another caliper and other models; agreement with its figures is no proof of them.",
    "An effect among members who took part is diluted by those who did not; engagement was not recorded.",
    "Cells share comparators and years: they are not independent repetitions.",
    "Rules of assessment changed (teacher-assessed writing from 2012, grammar from 2013, Key Stage 4 in 2014), so outcomes are compared within a year only.",
    ...study.diagnostics.map(({ message }) => message),
  ];
  return { id: "limits", title: "Limits", blocks: [list(items)] };
}

export const glossary: Section = {
  id: "glossary",
  title: "Words",
  blocks: [
    {
      type: "terms",
      items: [
        [
          "Standard deviation (sd)",
          "The unit of outcomes: how far pupils lie apart in the nation in that year. Half of all pupils lie within 0.67 sd of the mean.",
        ],
        [
          "Propensity score",
          "How likely a school is to have the role, given what was known before designation. Schools with like scores are alike on average in all of that. Pairs are made on its logarithmic odds, the linear predictor.",
        ],
        [
          "Linear predictor, overlap",
          "The score before it is turned into a probability; overlap (common support) is where both groups have schools.",
        ],
        ["Caliper", "The largest difference allowed within a pair, in standard deviations of the linear predictor."],
        ["Treated, control", "With the role, and without it: comparators."],
        [
          "Pupils number 50 and 66 of 100",
          "Pupils lined up by their results, 50 in the middle, results taken as normally spread: what a difference in sd would mean for the middle pupil.",
        ],
        ["Standardised difference", "Difference between two groups' means in standard deviations."],
        [
          "Effect, β",
          "The difference that goes with the role once everything in the model is taken into account, in national standard deviations.",
        ],
        [
          "Δ, Hedges' g",
          "The same effect in standard deviations of pupils within schools (Δ, g within) or of all pupils (g total).",
        ],
        ["Random intercept", "What pupils of one school have in common beyond the covariates."],
        ["Intraclass correlation (ICC)", "Share of the variance that lies between schools."],
        ["M0 to M3", "Models with more and more taken into account: nothing, pupils, schools, the role."],
        [
          "95 % interval",
          "If the whole study were repeated, 95 in 100 such intervals would hold the truth, as long as its assumptions do.",
        ],
        [
          "Holm, BH",
          "p-values made stricter because several comparisons are made: Holm's against any false alarm, Benjamini and Hochberg's against too large a share of them.",
        ],
        ["Placebo", "A comparison in a year when the role cannot have had an effect."],
        ["Treatment effect on the treated (ATT)", "The difference the role made in the schools that have it."],
        [
          "Difference-in-differences",
          "How much more schools with the role changed since the earlier years than their pairs.",
        ],
        ["Specification curve", "The same effect by other ways of matching and modelling, in order of size."],
        [
          "Comparative standard error",
          "How uncertain a school's shrunken estimate is; drawn 1.39 of them either way, two schools differ where their intervals part.",
        ],
        [
          "REML, df, p-value",
          "How models are fitted; how much information a test rests on; how rarely chance alone would show as much.",
        ],
        ["Γ, E-value", "How strong an unmeasured cause would have to be to overturn a result."],
        ["KS2, KS4", "National tests at age 11 (primary) and examinations at age 16 (secondary)."],
        [
          "FSM, EAL, SEN, IDACI",
          "Free school meals; English as an additional language; special educational needs; the deprivation of the neighbourhood.",
        ],
      ],
    },
  ],
};

/** Seed, version and options: all that is needed to get the same numbers again. */
export function reproduction(study: Study): Section {
  const options: Block = {
    type: "code",
    text: shortListsInLine(
      JSON.stringify(
        {
          version: study.version,
          seed: study.dataSeed,
          ...(study.simulation === null ? {} : { simulation: study.simulation }),
          settings: study.settings,
          columns: study.columns,
        },
        null,
        1,
      ),
    ),
  };
  return {
    id: "reproduce",
    title: "How to reproduce this",
    blocks: [
      paragraph(
        `likewise ${study.version}${study.dataSeed === null ? "" : `, seed ${JSON.stringify(study.dataSeed)}`}. The same version with the same data and settings gives the same digits; each comparison can also be run alone (runCell).` +
          (study.simulation === null
            ? ""
            : " “simulation” holds the options of the synthetic pupils, “settings” those of the study."),
      ),
      options,
    ],
  };
}

/** Indented JSON with its innermost lists and records of up to a line's length on one line. */
function shortListsInLine(json: string): string {
  return json.replace(/([[{])\n\s*([^[\]{}]*?)\n\s*([\]}])/g, (whole, open: string, inside: string, close: string) => {
    const line = `${open}${inside.replace(/\n\s*/g, " ")}${close}`;
    return line.length <= 100 ? line : whole;
  });
}

export const references: Section = {
  id: "references",
  title: "References",
  blocks: [
    list([
      "Abadie, A. & Spiess, J. (2022). Robust post-matching inference. Journal of the American Statistical Association 117, 983–995.",
      "Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical Society B 57, 289–300.",
      "Chapman, C. & Muijs, D. (2014). Does school-to-school collaboration promote school improvement? School Effectiveness and School Improvement 25, 351–393.",
      "Dong, N. & Maynard, R. (2013). PowerUp!: a tool for calculating minimum detectable effect sizes. Journal of Research on Educational Effectiveness 6, 24–67.",
      "Goldstein, H. & Healy, M. J. R. (1995). The graphical presentation of a collection of means. Journal of the Royal Statistical Society A 158, 175–177.",
      "Gu, Q., Rea, S., Smethem, L., Dunford, J., Varley, M. & Sammons, P. (2015). Teaching schools evaluation: research brief. Department for Education, DFE-RB505.",
      "Hedges, L. V. (2007). Effect sizes in cluster-randomized designs. Journal of Educational and Behavioral Statistics 32, 341–370.",
      "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6, 65–70.",
      "Rosenbaum, P. R. (2002). Observational Studies. 2nd ed. Springer.",
      "Rosenbaum, P. R. & Rubin, D. B. (1983). The central role of the propensity score in observational studies for causal effects. Biometrika 70, 41–55.",
      "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin 2, 110–114.",
      "Simonsohn, U., Simmons, J. P. & Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208–1214.",
      "Stuart, E. A. (2010). Matching methods for causal inference. Statistical Science 25, 1–21.",
      "Tymms, P. (2004). Effect sizes in multilevel models. In Schagen, I. & Elliot, K. (eds), But what does it mean? NFER.",
      "VanderWeele, T. J. & Arah, O. A. (2011). Bias formulas for sensitivity analysis of unmeasured confounding. Epidemiology 22, 42–52.",
      "VanderWeele, T. J. & Ding, P. (2017). Sensitivity analysis in observational research: introducing the E-value. Annals of Internal Medicine 167, 268–274.",
    ]),
  ],
};
