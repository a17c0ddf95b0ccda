import { match } from "likewise";
import type { Published, Workload } from "../workload";

function nearest(regime: "easy" | "hard", title: string, target: number, published: Published): Workload {
  const score = `${regime}Logit` as const;
  return {
    name: `nearest-${regime}`,
    title,
    columns: [regime, score],
    multiplyAdds: 0,
    target,
    published,
    also: published.n === 1e6 ? undefined : { n: published.n, schools: published.n / 200, target },
    prepare: (data) => () => {
      const result = match({ treated: regime, score, data }, { method: "nearest", order: "largest" });
      return [result.counts.matched.treated, result.totalDistance];
    },
  };
}

export const nearestEasy = nearest("easy", "Nearest 1:1, largest first, 16 % treated", 8, {
  name: "MatchIt 4.7.2",
  n: 1e6,
  seconds: [1.5, 2.3],
});

export const nearestHard = nearest("hard", "Nearest 1:1, largest first, 46 % treated", 50, {
  name: "MatchIt 4.7.2",
  n: 1e5,
  seconds: [14.6, 14.6],
});
