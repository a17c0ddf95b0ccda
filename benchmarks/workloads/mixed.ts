import { fitMixed } from "likewise";
import { COVARIATES } from "../generate";
import type { Workload } from "../workload";

const formula = `outcome ~ ${COVARIATES.join(" + ")} + (1 | school)`;
const q = COVARIATES.length + 2;

/** The size of the Exam data on which multilevel programs are compared. */
const EXAM = { n: 4059, schools: 65 } as const;

const shared = {
  columns: [...COVARIATES, "outcome", "school"],
  multiplyAdds: (q * q) / 2,
} as const;

export const mixed: Workload = {
  ...shared,
  name: "mixed",
  title: "Random intercept, REML, 10 covariates",
  target: 100,
  also: { ...EXAM, target: 30 },
  peer: { name: "lme4", formula },
  prepare: (data) => () => Array.from(fitMixed(formula, data, { df: "none" }).coefficients),
};

export const mixedTests: Workload = {
  ...shared,
  name: "mixed-tests",
  title: "The same with Satterthwaite's tests",
  also: EXAM,
  peer: { name: "lmerTest", formula },
  prepare: (data) => () => {
    const { fixed } = fitMixed(formula, data);
    return [...fixed.map((effect) => effect.estimate), ...fixed.map((effect) => effect.df)];
  },
};
