import {
  bootstrap,
  type DfMethod,
  type Frame,
  fitMixed,
  type GroupSummary,
  type InterceptModel,
  summariseGroups,
} from "likewise";
import { COVARIATES } from "../generate";
import type { Halves, Workload } from "../workload";

const formula = `outcome ~ ${COVARIATES.join(" + ")} + (1 | school)`;
const q = COVARIATES.length + 2;

/** The size of the Exam data on which multilevel programs are compared. */
const EXAM = { n: 4059, schools: 65 } as const;

const shared = {
  columns: [...COVARIATES, "outcome", "school"],
  multiplyAdds: (q * q) / 2,
} as const;

/** The rows' pass and the estimation of one model, apart. */
function halves(own: string, df: DfMethod) {
  return (data: Frame): Halves => ({
    pass: () => summariseGroups(own, data),
    estimate: (summary: GroupSummary) => fitMixed(summary, { df }),
  });
}

const mixed: Workload = {
  ...shared,
  name: "mixed",
  title: "Random intercept, REML, 10 covariates",
  target: 100,
  also: { ...EXAM, target: 30 },
  peer: { name: "lme4", formula },
  prepare: (data) => () => Array.from(fitMixed(formula, data, { df: "none" }).coefficients),
  split: halves(formula, "none"),
};

const mixedTests: Workload = {
  ...shared,
  name: "mixed-tests",
  title: "The same with Satterthwaite's tests",
  also: EXAM,
  peer: { name: "lmerTest", formula },
  split: halves(formula, "satterthwaite"),
  prepare: (data) => () => {
    const { fixed } = fitMixed(formula, data);
    return [...fixed.map((effect) => effect.estimate), ...fixed.map((effect) => effect.df)];
  },
};

/** Fits that differ from the first in their formula or size. */
function variant(name: string, title: string, fixed: string, rest: Partial<Workload> = {}): Workload {
  const own = `outcome ~ ${fixed} + (1 | school)`;
  return {
    ...shared,
    name,
    title,
    peer: { name: "lme4", formula: own },
    prepare: (data) => () => Array.from(fitMixed(own, data, { df: "none" }).coefficients),
    split: halves(own, "none"),
    ...rest,
  };
}

const all = COVARIATES.join(" + ");
const at = (n: number, schools: number) => [{ n, schools }];

/** 7 columns, their 21 products and one more: 29 and the intercept. */
const THIRTY = `(${COVARIATES.slice(0, 7).join(" + ")})^2 + sen`;

export const mixedModels: readonly Workload[] = [
  mixed,
  mixedTests,
  variant("mixed-2", "Random intercept, 1 covariate", "prior", {
    columns: ["prior", "outcome", "school"],
    multiplyAdds: 4.5,
  }),
  variant("mixed-30", "Random intercept, 30 columns", THIRTY, { sizes: at(1e5, 500), multiplyAdds: 512 }),
  variant("mixed-60-schools", "Random intercept, 10 covariates, 60 schools", all, { sizes: at(1e5, 60) }),
  variant("mixed-200000-schools", "Random intercept, 10 covariates, 200,000 schools", all, { sizes: at(1e6, 200_000) }),
  variant("mixed-statsmodels", "Random intercept, 10 covariates, 500 schools", all, {
    sizes: at(1e5, 500),
    peer: { name: "statsmodels", formula: `outcome ~ ${all}` },
  }),
  {
    ...shared,
    name: "mixed-kenward-roger",
    title: "With Kenward-Roger tests, 10 covariates",
    split: halves(formula, "kenward-roger"),
    prepare: (data) => () => fitMixed(formula, data, { df: "kenward-roger" }).fixed.map((effect) => effect.df),
  },
  {
    ...shared,
    name: "bootstrap",
    title: "Bootstrap, 10,000 refits of 1,000 schools",
    sizes: at(2e5, 1000),
    prepare(data) {
      const model = fitMixed(formula, data) as InterceptModel;
      return () => [bootstrap(model, { seed: 1, replicates: 10_000 }).boundaryFits];
    },
  },
];
