import { fitPropensity } from "likewise";
import { COVARIATES } from "../generate";
import type { Workload } from "../workload";

const formula = `easy ~ ${COVARIATES.join(" + ")}`;
const p = COVARIATES.length + 1;

export const logistic: Workload = {
  name: "logistic",
  title: "Logistic regression, 10 covariates",
  columns: [...COVARIATES, "easy"],
  multiplyAdds: (p * p) / 2,
  target: 10,
  peer: { name: "glm", formula },
  prepare: (data) => () => Array.from(fitPropensity(formula, data).coefficients),
};
