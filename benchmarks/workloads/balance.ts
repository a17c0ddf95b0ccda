import { assessBalance, match } from "likewise";
import { COVARIATES } from "../generate";
import type { Workload } from "../workload";

export const balance: Workload = {
  name: "balance",
  title: "Balance of that match, 10 covariates",
  columns: [...COVARIATES, "easy", "easyLogit"],
  multiplyAdds: 0,
  target: 50,
  published: { name: "MatchIt summary()", n: 1e6, seconds: [26, 35] },
  prepare(data) {
    const covariates = COVARIATES;
    const matched = match({ treated: "easy", score: "easyLogit", covariates, data }, { method: "nearest" });
    return () => assessBalance(matched).rows.flatMap((row) => [row.before.smd, row.after?.smd ?? Number.NaN]);
  },
};
