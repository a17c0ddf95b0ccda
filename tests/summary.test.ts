import { describe, expect, it } from "vitest";
import { render } from "../src/display/render";
import type { Table } from "../src/display/table";
import { frame, fromJson, type MixedModel, toJson } from "../src/index";
import { fitMixed } from "../src/multilevel/fit";
import type { MixedWeights } from "../src/multilevel/weights";
import { summary } from "../src/summary";
import { errorOf, referenceFrame, referenceJson } from "./helpers/reference";

interface Printed {
  readonly data: string;
  readonly formula: string;
  readonly REML: boolean;
  readonly printed: readonly string[];
  readonly scaled: readonly number[];
}

const { models } = referenceJson<{ models: readonly Printed[] }>("summary-and-broom.json");

const fitted = ({ data, formula, REML }: Printed): MixedModel =>
  fitMixed(formula, referenceFrame(`${data}.csv`), { method: REML ? "REML" : "ML" });

type Token = string | number;

const words = (text: string): string[] => text.trim().split(/\s+/);

/** A table line by line: words and whole numbers, in the order in which it is rendered. */
function linesOf(table: Table): Token[][] {
  const { title, before = [], heading, columns, rows, notes = [], after = [] } = table;
  const texts = (text: string | undefined): Token[][] =>
    text === undefined ? [] : [words(text.replaceAll(/(\d),(\d{3})/g, "$1$2"))];
  const header = columns.some(({ name }) => name !== "") ? [columns.flatMap(({ name }) => words(name))] : [];
  return [
    ...texts(title),
    ...before.flatMap(linesOf),
    ...texts(heading),
    ...header.map((line) => line.filter((word) => word !== "")),
    ...rows.map((row) =>
      row.flatMap((cell): Token[] => {
        const value = typeof cell === "object" && cell !== null ? cell.value : cell;
        if (value === null) return [];
        return typeof value === "number" ? [value] : words(value);
      }),
    ),
    ...notes.flatMap(texts),
    ...after.flatMap(linesOf),
  ];
}

/** Half a unit of the last digit that R printed. */
function halfUnit(printed: string): number {
  const [mantissa, exponent = "0"] = printed.split("e");
  const decimals = mantissa.split(".")[1]?.length ?? 0;
  return 0.5 * 10 ** (Number(exponent) - decimals);
}

/**
 * Whether our line begins with all that R's line says; numbers to the last digit R printed, and 1e-6 more: lmerTest's degrees
 * of freedom come from finite differences.
 */
function saysTheSame(ours: readonly Token[], theirs: readonly string[]): boolean {
  return theirs.every((token, i) => {
    const own = ours[i];
    if (typeof own !== "number") return own === token;
    if (token.startsWith("<")) return own < Number(token.slice(1));
    return Math.abs(own - Number(token)) <= halfUnit(token) + 1e-6 * Math.abs(own);
  });
}

/** R's lines without what we leave out on purpose: data and control, stars and their legend, R's class names, `.1`. */
function linesOfR(printed: readonly string[]): string[][] {
  const text = printed
    .join("\n")
    .replace(/\s*\[[^\]]*\]/, "")
    .replace(" . t-tests", ". t-tests")
    .replace(/t-tests use Satterthwaite's\s+method/, "t-tests use Satterthwaite's method")
    .replaceAll("< 2e-16", "<2e-16");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^( *Data:|Control:|---|Signif\. codes)/.test(line))
    .map((line) =>
      words(
        line
          .replace(/(\s\*+|\s\.)\s*$/, "")
          .replace("subject.1", "subject")
          .replace("(Intr)", "(Intercept)"),
      ),
    )
    .map((line) => line.filter((word) => !/^\*+$/.test(word)))
    .filter((line) => line.length > 0);
}

describe("a mixed model beside lme4's and lmerTest's print", () => {
  it.each(models.map((model) => [`${model.formula} (${model.data}, ${model.REML ? "REML" : "ML"})`, model] as const))(
    "%s: every line of theirs, in their order, to their last digit",
    (_, model) => {
      const ours = linesOf(summary(fitted(model), { correlation: true }));
      let at = -1;
      for (const line of linesOfR(model.printed)) {
        const found = ours.findIndex((own, i) => i > at && saysTheSame(own, line));
        expect(
          found,
          `${line.join(" ")}\nis not below line ${at} of\n${ours.map((own) => own.join(" ")).join("\n")}`,
        ).toBeGreaterThan(at);
        at = found;
      }
    },
  );

  it("has nothing of its own but the limits and the intraclass correlation", () => {
    const exam = models.find(({ data }) => data === "exam")!;
    const ours = linesOf(summary(fitted(exam)));
    const theirs = linesOfR(exam.printed);
    const added = ours.filter((own) => !theirs.some((line) => saysTheSame(own, line)));
    expect(added.map((line) => line.slice(0, 2).join(" "))).toEqual(["Intraclass correlation:"]);
  });

  it.each(models.map((model) => [model.formula, model] as const))("%s: scaled residuals", (_, model) => {
    const table = summary(fitted(model)).before!.find(({ title }) => title === "Scaled residuals:")!;
    // lme4's optimum is good to some 1e-7 of the residuals where slopes vary.
    model.scaled.forEach((value, i) => {
      expect(table.rows[0][i]).toBeCloseTo(value, 5);
    });
  });

  const sleep = referenceFrame("sleepstudy.csv");
  const formula = "reaction ~ days + (1 | subject)";

  it("says which tests it has", () => {
    const headed = (df: "kenward-roger" | "between-within" | "z" | "none") => {
      const { title, columns } = summary(fitMixed(formula, sleep, { df }));
      return `${title} | ${columns.map(({ name }) => name).join(" ")}`;
    };
    expect(headed("kenward-roger")).toBe(
      "Linear mixed model fit by REML. t-tests use Kenward-Roger's method |  Estimate Std. Error df t value Pr(>|t|) 2.5 % 97.5 %",
    );
    expect(headed("between-within")).toContain("between-within");
    expect(headed("z")).toBe(
      "Linear mixed model fit by REML. Tests use the normal distribution |  Estimate Std. Error z value Pr(>|z|) 2.5 % 97.5 %",
    );
    expect(headed("none")).toBe("Linear mixed model fit by REML |  Estimate Std. Error t value");
  });

  it("leaves scaled residuals out where rows are not remembered", () => {
    const model = fitMixed(formula, sleep);
    const titles = (of: MixedModel) => summary(of).before!.map(({ title }) => title);
    expect(titles(model)).toContain("Scaled residuals:");
    expect(titles(fromJson(toJson(model)) as MixedModel)).toEqual([undefined, "Random effects:"]);
  });

  it("lays weighted models out too; sampling weights have no residuals of rows", () => {
    const pupils = new Float64Array(sleep.rows).fill(2);
    const titles = (weights: MixedWeights) =>
      summary(fitMixed(formula, sleep, { weights })).before!.map(({ title }) => title);
    for (const kind of ["precision", "frequency"] as const) {
      expect(titles({ pupils, kind }), kind).toContain("Scaled residuals:");
    }
    expect(titles({ schools: pupils })).toContain("Scaled residuals:");
    expect(titles({ pupils, kind: "sampling" })).not.toContain("Scaled residuals:");
  });

  it("keeps diagnostics below the fixed effects, with or without correlations", () => {
    const dyestuff = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"));
    expect(dyestuff.diagnostics.length).toBeGreaterThan(0);
    expect(summary(dyestuff).notes).toEqual(dyestuff.diagnostics.map(({ message }) => message));
    expect(summary(dyestuff, { correlation: true }).after).toEqual([]);
  });

  it("is one page in every format; CSV has the fixed effects", () => {
    const table = summary(fitMixed(formula, sleep));
    for (const format of ["text", "markdown", "html"] as const) {
      const page = render(table, format);
      const order = ["REML criterion", "Scaled residuals", "Random effects", "Number of obs", "Fixed effects"];
      const positions = order.map((words) => page.indexOf(words));
      expect(positions.every((at) => at > 0)).toBe(true);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
    }
    const csv = render(table, "csv").split("\r\n");
    expect(csv).toHaveLength(4);
    expect(csv[0]).toBe(",Estimate,Std. Error,df,t value,Pr(>|t|),2.5 %,97.5 %");
  });
});

describe("summary of anything else", () => {
  it("of a frame: its rows, whole numbers whole, every digit in CSV", () => {
    const table = summary(frame({ term: ["a", null], n: [1, 2], estimate: [1 / 3, null], ok: [true, false] }));
    expect(render(table, "csv")).toBe("term,n,estimate,ok\r\na,1,0.3333333333333333,true\r\n,2,,false\r\n");
    expect(render(table)).toContain("0.3333  true");
  });

  it("refuses what is not a result, and says what it got", () => {
    for (const other of [null, undefined, 5, "x", [], [{}], {}]) {
      const error = errorOf(() => summary(other as never));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toMatch(/^summary needs a result/);
    }
    expect(errorOf(() => summary({ kind: "bound-formula" } as never)).message).toBe(
      'summary does not know results of kind "bound-formula".',
    );
    expect(errorOf(() => summary({ kind: "constructor" } as never)).code).toBe("invalid-argument");
  });
});
