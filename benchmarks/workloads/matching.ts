import { createRng, type Frame, type MatchOptions, match, numericColumn } from "likewise";
import { COVARIATES, type ColumnName } from "../generate";
import type { Workload } from "../workload";

const MATCHIT = "MatchIt 4.7.2";

/** A workload that matches with given options, on columns made before the clock starts. */
function matching(
  name: string,
  title: string,
  regime: "easy" | "hard",
  options: MatchOptions,
  rest: Partial<Workload> & { readonly with?: (data: Frame) => Frame; readonly covariates?: readonly string[] } = {},
): Workload {
  const score = `${regime}Logit` as const;
  const { with: extend = (data: Frame) => data, covariates, ...others } = rest;
  const read: readonly ColumnName[] = [regime, score, ...(others.columns ?? [])];
  return {
    name,
    title,
    multiplyAdds: 0,
    ...others,
    columns: [...new Set(read)],
    prepare(data) {
      const table = extend(data);
      const subject = { treated: regime, score, data: table, ...(covariates ? { covariates } : {}) };
      return () => {
        const { counts, totalDistance } = match(subject, options);
        return [counts.matched.treated, counts.matched.control, totalDistance ?? Number.NaN];
      };
    },
  };
}

const withNumeric = (data: Frame, name: string, values: Float64Array): Frame => ({
  ...data,
  columns: [...data.columns, { kind: "numeric", name, values }],
});

/** 20 regions of schools. */
function withRegion(data: Frame): Frame {
  const school = data.columns.find(({ name }) => name === "school") as unknown as { readonly codes: Int32Array };
  return withNumeric(
    data,
    "region",
    Float64Array.from(school.codes, (code) => code % 20),
  );
}

/** Scores as a table with three decimals holds them: thousands are equal. */
const tied = (data: Frame): Frame => ({
  ...data,
  columns: data.columns.map((column) =>
    column.name === "hardLogit"
      ? {
          kind: "numeric",
          name: column.name,
          values: numericColumn(data, column.name).map((x) => Math.round(x * 1000) / 1000),
        }
      : column,
  ),
});

/** Five more covariates that go with the others. */
function withFive(data: Frame): Frame {
  const rng = createRng(5);
  const prior = numericColumn(data, "prior");
  let table = data;
  for (let k = 0; k < 5; k++)
    table = withNumeric(
      table,
      `more${k}`,
      prior.map((x) => 0.3 * x + rng.normal()),
    );
  return table;
}

const at = (n: number) => [{ n, schools: Math.round(n / 200) }];
const published = (n: number, seconds: number, name = MATCHIT) => ({ name, n, seconds: [seconds, seconds] as const });
const mahalanobis = (k: 3 | 8 | 15, rest: Partial<Workload> = {}): Workload => {
  const names = [...COVARIATES, "more0", "more1", "more2", "more3", "more4"].slice(0, k);
  return matching(
    `mahalanobis-${k}`,
    `Nearest 1:1, Mahalanobis on ${k} covariates`,
    "easy",
    { method: "nearest", distance: "mahalanobis" },
    { columns: [...COVARIATES], covariates: names, sizes: at(30_000), with: k === 15 ? withFive : undefined, ...rest },
  );
};

export const matchings: readonly Workload[] = [
  matching(
    "nearest-3to1",
    "Nearest 3:1, caliper .2 sd, 16 % treated",
    "easy",
    { method: "nearest", ratio: 3, caliper: 0.2 },
    {
      target: 100,
      published: published(1e6, 46.5),
    },
  ),
  matching(
    "nearest-closest",
    "Nearest 1:1, closest first, 46 % treated",
    "hard",
    { method: "nearest", order: "closest" },
    {
      sizes: [...at(1e5), ...at(1e6)],
      target: 50,
      published: published(1e5, 18.8),
    },
  ),
  matching(
    "nearest-farthest",
    "Nearest 1:1, farthest first, 46 % treated",
    "hard",
    { method: "nearest", order: "farthest" },
    {
      sizes: [...at(1e5), ...at(1e6)],
    },
  ),
  matching(
    "nearest-20-strata",
    "Nearest 1:1 within 20 strata, 46 % treated",
    "hard",
    { method: "nearest", exact: ["region"] },
    {
      columns: ["school"],
      with: withRegion,
      sizes: [...at(1e5), ...at(1e6)],
      target: 50,
      published: published(1e5, 11.6),
    },
  ),
  matching(
    "nearest-5000-strata",
    "Nearest 1:1 within 5,000 schools, 46 % treated",
    "hard",
    { method: "nearest", exact: ["school"] },
    {
      columns: ["school"],
      sizes: at(1e6),
    },
  ),
  matching(
    "nearest-tied",
    "Nearest 1:1, scores of three decimals, 46 % treated",
    "hard",
    { method: "nearest" },
    {
      with: tied,
      sizes: [...at(1e5), ...at(1e6)],
    },
  ),
  mahalanobis(3),
  mahalanobis(8, { target: 40, published: published(30_000, 23.5) }),
  mahalanobis(15),
  matching(
    "optimal-2to1",
    "Optimal 2:1 on a score, 16 % treated",
    "easy",
    { method: "optimal", ratio: 2 },
    {
      sizes: [...at(8000), ...at(1e6)],
      published: published(8000, 108, "MatchIt + optmatch"),
    },
  ),
  matching(
    "full",
    "Full matching on a score, 16 % treated",
    "easy",
    { method: "full" },
    {
      sizes: [...at(8000), ...at(1e6)],
      published: published(8000, 75, "MatchIt + optmatch"),
    },
  ),
  matching(
    "optimal-mahalanobis",
    "Optimal 1:1, Mahalanobis on 8 covariates",
    "easy",
    { method: "optimal", distance: "mahalanobis" },
    {
      columns: [...COVARIATES],
      covariates: COVARIATES.slice(0, 8),
      sizes: [...at(8000), ...at(20_000)],
    },
  ),
];
