import { formatValue } from "../display/format";
import { type Cell, type FormattedCell, fixed, type Table, type TableColumn, text } from "../display/table";
import { count } from "../errors/words";
import { shownDifference } from "./judge";
import type {
  Balance,
  BalanceMeasures,
  BalanceRow,
  BalanceTally,
  ResolvedBalance,
  SdDenominator,
  Spread,
  SpreadMeasures,
  ThresholdMeasure,
} from "./types";

type Row = readonly (Cell | FormattedCell)[];

/**
 * A balance table in the words and the order of MatchIt's `summary` or cobalt's `bal.tab`, as the balance was asked for;
 * below it the sizes and how many covariates keep to the thresholds.
 */
export function balanceTable(balance: Balance): Table {
  const { columns, rows } = balance.options.style === "cobalt" ? cobaltTable(balance) : matchItTable(balance);
  return {
    kind: "table",
    title: "Balance",
    columns: [{ name: "", format: text }, ...columns],
    rows,
    notes: [
      sizes(balance),
      standardisation(balance.options),
      ...balance.tallies.map((tally) => tallyWords(tally, balance.options)),
      ...balance.diagnostics.map(({ message }) => message),
    ],
  };
}

interface Body {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
}

const named = (name: string, digits: number): TableColumn => ({ name, format: fixed(digits) });

/** MatchIt's columns; one block below the other for all and for matched data, improvements, subclasses and clusters. */
function matchItTable(balance: Balance): Body {
  const { options, rows, subclasses, clusters } = balance;
  const hasPairs = rows.some(({ after }) => after !== null && after.pairDistance !== null);
  const difference = options.binary === "raw" ? "Mean Diff." : "Std. Mean Diff.";
  const columns = [
    named("Means Treated", 4),
    named("Means Control", 4),
    named(difference, 4),
    named("Var. Ratio", 4),
    named("eCDF Mean", 4),
    named("eCDF Max", 4),
    ...(hasPairs ? [named("Std. Pair Dist.", 4)] : []),
  ];
  const width = columns.length;
  const measured = (name: string, measures: BalanceMeasures, kind: BalanceRow["kind"]): Row => [
    name,
    measures.meanTreated,
    measures.meanControl,
    shownDifference(measures, kind, options.binary),
    measures.varianceRatio,
    measures.ecdfMean,
    measures.ecdfMax,
    ...(hasPairs ? [measures.pairDistance] : []),
  ];
  const block = (title: string, lines: readonly Row[]): Row[] => [
    [title, ...new Array<null>(width).fill(null)],
    ...lines.map((line) => [...line, ...new Array<null>(width + 1 - line.length).fill(null)]),
  ];
  const before = rows.map((row) => measured(row.name, row.before, row.kind));
  const after = rows.flatMap((row) => (row.after ? [measured(row.name, row.after, row.kind)] : []));
  const better = rows.flatMap(({ name, improvement }) =>
    improvement === null || !options.improvement
      ? []
      : [[name, null, null, ...Object.values(improvement).map(asPercent)]],
  );
  return {
    columns,
    rows: [
      ...(after.length > 0 ? block("Summary of Balance for All Data", before) : before),
      ...(after.length > 0 ? block("Summary of Balance for Matched or Weighted Data", after) : []),
      ...(better.length > 0 ? block("Percent Balance Improvement", better) : []),
      ...(subclasses ?? []).flatMap((part) =>
        block(
          `Subclass ${part.level} (${part.balance.sampleSizes.all.treated} treated, ${part.balance.sampleSizes.all.control} control)`,
          part.balance.rows.map((row) => measured(row.name, row.before, row.kind)),
        ),
      ),
      ...(clusters === null ? [] : clusterBlocks(balance, block)),
    ],
  };
}

const asPercent = (value: number | null): FormattedCell => ({ value, format: fixed(1) });

/** Least, mean and largest over clusters; the tables of single clusters are `summary(part.balance)`. */
function clusterBlocks(
  { clusters, options, rows }: Balance,
  block: (title: string, lines: readonly Row[]) => Row[],
): Row[] {
  if (clusters === null) return [];
  const line = (name: string, kind: BalanceRow["kind"], spread: SpreadMeasures, of: keyof Spread): Row => {
    const difference = kind === "binary" && options.binary === "raw" ? spread.difference : spread.smd;
    const ratio = spread.varianceRatio;
    return [name, null, null, difference[of], ratio?.[of] ?? null, spread.ecdfMean[of], spread.ecdfMax[of]];
  };
  const among = `over ${count(clusters.parts.length, "cluster")} of ${clusters.name}`;
  return (["min", "mean", "max"] as const).flatMap((of) => {
    const word = { min: "Least", mean: "Mean", max: "Largest" }[of];
    return block(
      `${word} ${among}`,
      clusters.across.map(({ name, before, after }, k) => line(name, rows[k].kind, after ?? before, of)),
    );
  });
}

const TYPES: Readonly<Record<BalanceRow["kind"], string>> = {
  distance: "Distance",
  numeric: "Contin.",
  binary: "Binary",
};

/** The names that cobalt gives the measures of a threshold. */
const COBALT_NAMES: Readonly<Record<ThresholdMeasure, string>> = {
  smd: "M.Threshold",
  varianceRatio: "V.Threshold",
  ecdfMean: "eCDF.Threshold",
  ecdfMax: "KS.Threshold",
  pairDistance: "Pair.Threshold",
};

/** cobalt's columns: the type, differences, variance ratios and Kolmogorov-Smirnov statistics, un- and adjusted, verdicts. */
function cobaltTable({ rows, options, tallies }: Balance): Body {
  const isWeighted = rows.some(({ after }) => after !== null);
  const columns = (when: string): TableColumn[] => [
    named(`Diff.${when}`, 4),
    named(`V.Ratio.${when}`, 4),
    named(`KS.${when}`, 4),
  ];
  const cells = (measures: BalanceMeasures, kind: BalanceRow["kind"]): Cell[] => [
    shownDifference(measures, kind, options.binary),
    measures.varianceRatio,
    measures.ecdfMax,
  ];
  return {
    columns: [
      { name: "Type", format: text },
      ...columns("Un"),
      ...(isWeighted ? columns("Adj") : []),
      ...tallies.map(({ measure }): TableColumn => ({ name: COBALT_NAMES[measure], format: text })),
    ],
    rows: rows.map((row) => [
      row.name,
      TYPES[row.kind],
      ...cells(row.before, row.kind),
      ...(row.after ? cells(row.after, row.kind) : []),
      ...tallies.map(({ measure, threshold }) => verdict(row, measure, threshold)),
    ]),
  };
}

function verdict(row: BalanceRow, measure: ThresholdMeasure, threshold: number): string | null {
  if (row.kind === "distance" || (row.after ?? row.before)[measure] === null) return null;
  const isBeyond = (row.beyond.after ?? row.beyond.before).includes(measure);
  return isBeyond ? `Not Balanced, >${threshold}` : `Balanced, <${threshold}`;
}

function sizes({ sampleSizes: { all, matched, effective } }: Balance): string {
  const before = `${all.treated} treated and ${all.control} control units`;
  if (matched.treated === all.treated && matched.control === all.control && isWhole(effective)) return `${before}.`;
  return (
    `${before}; ${matched.treated} and ${matched.control} matched or weighted, ` +
    `worth ${effective.treated.toFixed(1)} and ${effective.control.toFixed(1)} (effective sample size).`
  );
}

const isWhole = ({ treated, control }: { treated: number; control: number }): boolean =>
  Number.isInteger(treated) && Number.isInteger(control);

const DENOMINATORS: Readonly<Record<SdDenominator, string>> = {
  treated: "the standard deviation of the treated",
  control: "the standard deviation of the controls",
  pooled: "the root of the two groups' mean variance",
  all: "the standard deviation of all units",
  weighted: "the standard deviation of all units with their weights",
};

function standardisation({ binary, sdDenominator }: ResolvedBalance): string {
  const when = sdDenominator === "weighted" ? "" : " before matching or weighting";
  const raw = binary === "raw" ? "; those of binary covariates are raw differences of proportions" : "";
  return `Differences are standardised by ${DENOMINATORS[sdDenominator]}${when}${raw}.`;
}

const MEASURES: Readonly<Record<ThresholdMeasure, string>> = {
  smd: "|difference|",
  varianceRatio: "variance ratio",
  ecdfMean: "mean eCDF distance",
  ecdfMax: "largest eCDF distance",
  pairDistance: "pair distance",
};

function tallyWords({ measure, threshold, before, after }: BalanceTally, { binary }: ResolvedBalance): string {
  const judged = after ?? before;
  const total = judged.balanced + judged.unbalanced;
  const limit = measure === "varianceRatio" ? `between 1/${threshold} and ${threshold}` : `of at most ${threshold}`;
  const name = measure === "smd" && binary === "standardised" ? "|std. mean diff.|" : MEASURES[measure];
  const counts = after === null ? `${before.balanced}` : `${before.balanced} before and ${after.balanced} after`;
  const worst =
    judged.worst === null ? "" : `; the worst is ${judged.worst.name} (${formatValue(judged.worst.value, fixed(3))})`;
  return `${name[0].toUpperCase()}${name.slice(1)} ${limit}: ${counts} of ${count(total, "covariate")}${worst}.`;
}
