import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { sourceOf } from "../../src/data/source";
import { createRng } from "../../src/random/rng";
import { balanceEntropy } from "../../src/weighting/balance-entropy";
import { describeWeights } from "../../src/weighting/describe";
import { weightsTable } from "../../src/weighting/table";
import type { EntropyOptions, EntropySolution } from "../../src/weighting/types";
import { asArray, errorOf, referenceFrame, referenceJson, worst } from "../helpers/reference";
import { meanOf, sample, weightViolations } from "./support";

const data = sample(3, 300);
const FORMULA = "treated ~ age + prior + urban + region";
const columns: Record<string, number[]> = {
  age: data.age,
  prior: data.prior,
  urban: data.urban,
  regionsouth: data.region.map((region) => (region === "south" ? 1 : 0)),
  regionwest: data.region.map((region) => (region === "west" ? 1 : 0)),
};
const mean = (x: readonly number[], keep: (row: number) => boolean = () => true): number => {
  const kept = x.filter((_, row) => keep(row));
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
};

describe("R's optim on the dual", () => {
  interface Arm {
    readonly weights: number[];
    readonly divergence: number;
  }
  interface Case {
    readonly name: string;
    readonly formula: string;
    readonly estimand: EntropyOptions["estimand"];
    readonly moments: 1 | 2 | 3;
    readonly prior: boolean;
    readonly control?: Arm;
    readonly treated?: Arm;
  }
  const lalonde = referenceFrame("lalonde.csv");
  const prior = Array.from({ length: lalonde.rows }, (_, row) => 1 + ((row + 1) % 5) / 4);

  it.each(referenceJson<Case[]>("entropy-balancing.json"))("$name", (expected) => {
    const { formula, estimand, moments } = expected;
    const baseWeights = expected.prior ? prior : undefined;
    const result = balanceEntropy(formula, lalonde, { estimand, moments, baseWeights });
    for (const arm of ["treated", "control"] as const) {
      const reference = expected[arm];
      if (reference === undefined) continue;
      const own = result.weights.filter((_, row) => (result.treated[row] === 1) === (arm === "treated"));
      // Both stand at a gradient below 1e-11; the dual's curvature turns that into at most 1e-9 of a weight.
      expect(worst(own, asArray(reference.weights), 1e-3)).toBeLessThan(1e-9);
      const solution = result.solutions.find((candidate) => candidate.arm === arm) as EntropySolution;
      // What is left of the gradient (1e-11) times multipliers that add up to less than 10.
      expect(Math.abs(solution.divergence - reference.divergence)).toBeLessThan(1e-10);
    }
  });
});

describe("closed forms", () => {
  it("one binary covariate: the cells' weights are the ratio of shares", () => {
    const treated = [1, 1, 1, 1, 0, 0, 0, 0, 0];
    const urban = [1, 1, 1, 0, 1, 0, 0, 0, 0];
    const att = balanceEntropy("treated ~ urban", { treated, urban }, { estimand: "ATT" }).weights;
    // Of the treated 3/4 are urban, of the controls 1/5.
    expect(worst(att, [1, 1, 1, 1, 0.75 / 0.2, 0.25 / 0.8, 0.25 / 0.8, 0.25 / 0.8, 0.25 / 0.8])).toBeLessThan(1e-10);
    const ate = balanceEntropy("treated ~ urban", { treated, urban }, { estimand: "ATE" }).weights;
    const share = 4 / 9;
    const expected = treated.map((arm, row) => {
      const own = arm === 1 ? 0.75 : 0.2;
      return urban[row] === 1 ? share / own : (1 - share) / (1 - own);
    });
    expect(worst(ate, expected)).toBeLessThan(1e-10);
  });

  it("three values with a tilt: w ∝ exp(λx) with e^λ the root of a quadratic", () => {
    // Controls at 0, 1, 2 with target t = 1.4: (1 − t)r + (2 − t)r² = t, r = e^λ.
    const result = balanceEntropy("d ~ x", { d: [1, 1, 0, 0, 0], x: [1, 1.8, 0, 1, 2] }, { estimand: "ATT" });
    const r = (0.4 + Math.sqrt(0.16 + 4 * 0.6 * 1.4)) / 1.2;
    const total = 1 + r + r * r;
    expect(worst(result.weights, [1, 1, 3 / total, (3 * r) / total, (3 * r * r) / total])).toBeLessThan(1e-10);
  });

  it("groups that are alike keep equal weights without a step", () => {
    const result = balanceEntropy("d ~ x", { d: [1, 1, 0, 0], x: [1, 2, 2, 1] }, { estimand: "ATT" });
    expect(worst(result.weights, [1, 1, 1, 1])).toBeLessThan(1e-15);
    expect(result.solutions[0].iterations).toBe(0);
    expect(result.solutions[0].divergence).toBeLessThan(1e-15);
  });
});

describe("constraints", () => {
  it.each(["ATT", "ATC", "ATE"] as const)(
    "%s: means agree to 1e-10 and weights average 1 in each group",
    (estimand) => {
      const result = balanceEntropy(FORMULA, data, { estimand });
      expect(weightViolations(result)).toEqual([]);
      for (const [name, x] of Object.entries(columns)) {
        const target =
          estimand === "ATE" ? mean(x) : mean(x, (row) => data.treated[row] === (estimand === "ATT" ? 1 : 0));
        for (const arm of [0, 1]) {
          expect(Math.abs(meanOf(x, result.weights, data.treated, arm) - target), name).toBeLessThan(1e-10);
        }
      }
      for (const arm of [0, 1]) {
        expect(mean([...result.weights], (row) => data.treated[row] === arm)).toBeCloseTo(1, 12);
      }
      const focal = estimand === "ATT" ? 1 : estimand === "ATC" ? 0 : -1;
      expect([...result.weights].every((weight, row) => data.treated[row] !== focal || weight === 1)).toBe(true);
      for (const { imbalance } of result.solutions) expect(imbalance).toBeLessThan(1e-11);
    },
  );

  it("moments 2 and 3 balance squares and cubes of numeric covariates, and leave 0/1 columns alone", () => {
    const result = balanceEntropy(FORMULA, data, { estimand: "ATT", moments: 3 });
    expect(result.solutions[0].terms).toEqual([...Object.keys(columns), "age^2", "prior^2", "age^3", "prior^3"]);
    for (const [name, x] of Object.entries({ age: data.age.map((age) => (age - 40) / 10), prior: data.prior })) {
      for (const power of [1, 2, 3]) {
        const values = x.map((value) => value ** power);
        const difference =
          meanOf(values, result.weights, data.treated, 1) - meanOf(values, result.weights, data.treated, 0);
        expect(Math.abs(difference), `${name}^${power}`).toBeLessThan(1e-10);
      }
    }
  });

  it("means stay exact far from the origin and at tiny scales", () => {
    const shifted = data.age.map((age) => 1e6 + age);
    const small = data.prior.map((prior) => 1e-9 * prior);
    const result = balanceEntropy(
      "treated ~ shifted + small",
      { treated: data.treated, shifted, small },
      { estimand: "ATT" },
    );
    const plain = balanceEntropy("treated ~ age + prior", data, { estimand: "ATT" });
    // Adding 1e6 rounds ages at 1e-10; that is 1e-11 of their standard deviation.
    expect(worst(result.weights, plain.weights)).toBeLessThan(1e-9);
  });
});

describe("maximum entropy", () => {
  /** Σ w log(w/q) over one group, both scaled to sum 1. */
  const divergence = (weights: readonly number[], base: readonly number[]): number => {
    const [sumW, sumQ] = [weights, base].map((values) => values.reduce((sum, value) => sum + value, 0));
    return weights.reduce((sum, w, i) => sum + (w / sumW) * Math.log(w / sumW / (base[i] / sumQ)), 0);
  };
  const controls = data.treated.flatMap((arm, row) => (arm === 0 ? [row] : []));
  const base = data.treated.map((_, row) => 1 + (row % 3));
  const result = balanceEntropy(FORMULA, data, { estimand: "ATT", baseWeights: base });
  const own = controls.map((row) => result.weights[row]);
  const prior = controls.map((row) => base[row]);

  it("weights are the exponential tilt of the multipliers, and the dual's gradient there is 0", () => {
    const [{ terms, multipliers }] = result.solutions;
    const sds = terms.map((name) => {
      const centre = mean(columns[name]);
      return Math.sqrt(mean(columns[name].map((value) => (value - centre) ** 2)));
    });
    const tilt = controls.map((row, i) => {
      const eta = terms.reduce((sum, name, k) => sum + (multipliers[k] * columns[name][row]) / sds[k], 0);
      return prior[i] * Math.exp(eta);
    });
    const total = tilt.reduce((sum, value) => sum + value, 0);
    expect(
      worst(
        tilt.map((value) => (value / total) * controls.length),
        own,
      ),
    ).toBeLessThan(1e-11);
    for (const name of terms) {
      const treatedWeights = base.map((weight, row) => (data.treated[row] === 1 ? weight : 0));
      const target = meanOf(columns[name], treatedWeights, data.treated, 1);
      const gradient = controls.reduce((sum, row, i) => sum + (tilt[i] / total) * (columns[name][row] - target), 0);
      expect(Math.abs(gradient), name).toBeLessThan(1e-10);
    }
    expect(result.solutions[0].divergence).toBeCloseTo(divergence(own, prior), 12);
  });

  it("every other weighting that meets the constraints is farther from the base weights", () => {
    const rng = createRng(8);
    const least = divergence(own, prior);
    // An orthonormal basis of the constraints; what is left of a random direction keeps all of them.
    const basis: number[][] = [];
    for (const x of [
      controls.map(() => 1),
      ...Object.values(columns).map((values) => controls.map((row) => values[row])),
    ]) {
      const rest = project(x, basis);
      const norm = Math.hypot(...rest);
      basis.push(rest.map((value) => value / norm));
    }
    for (let trial = 0; trial < 200; trial++) {
      const direction = project(
        project(
          controls.map(() => rng.normal()),
          basis,
        ),
        basis,
      );
      const reach = Math.min(...direction.map((value, i) => own[i] / Math.abs(value)));
      for (const share of [-0.9, -0.1, 0.1, 0.9]) {
        const other = own.map((weight, i) => weight + share * reach * direction[i]);
        expect(
          Math.abs(
            meanOf(
              controls.map((row) => data.age[row]),
              other,
              controls.map(() => 0),
              0,
            ) -
              meanOf(
                controls.map((row) => data.age[row]),
                own,
                controls.map(() => 0),
                0,
              ),
          ),
        ).toBeLessThan(1e-10);
        expect(divergence(other, prior)).toBeGreaterThan(least);
      }
    }
  });

  function project(x: readonly number[], basis: readonly number[][]): number[] {
    let rest = [...x];
    for (const b of basis) {
      const dot = rest.reduce((sum, value, i) => sum + value * b[i], 0);
      rest = rest.map((value, i) => value - dot * b[i]);
    }
    return rest;
  }
});

describe("metamorphic", () => {
  const plain = balanceEntropy(FORMULA, data, { estimand: "ATE", moments: 2 }).weights;

  it("affine rescaling of covariates changes nothing", () => {
    const rescaled = {
      ...data,
      age: data.age.map((age) => -3 * age + 250),
      prior: data.prior.map((prior) => 1000 * prior),
    };
    expect(worst(balanceEntropy(FORMULA, rescaled, { estimand: "ATE", moments: 2 }).weights, plain)).toBeLessThan(1e-9);
  });

  it("the order of rows changes nothing", () => {
    const order = createRng(4).shuffle(Array.from({ length: 300 }, (_, row) => row));
    const permuted = Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, order.map((row) => values[row])]),
    );
    const { weights } = balanceEntropy(FORMULA, permuted, { estimand: "ATE", moments: 2 });
    expect(
      worst(
        weights,
        order.map((row) => plain[row]),
      ),
    ).toBeLessThan(1e-9);
  });

  it("the reference level, the intercept and which level is treated by name change nothing", () => {
    const words = { ...data, treated: data.treated.map((arm) => (arm === 1 ? "yes" : "no")) };
    const other = balanceEntropy("treated ~ 0 + region + age + prior + urban", words, {
      estimand: "ATE",
      moments: 2,
      treated: "yes",
    });
    expect(worst(other.weights, plain)).toBeLessThan(1e-9);
    expect(other.treatment).toEqual({ name: "treated", level: "yes" });
    expect(other.diagnostics.some(({ code }) => code === "aliased-columns")).toBe(true);
    const moved = balanceEntropy(FORMULA, data, { estimand: "ATE", moments: 2, reference: { region: "west" } });
    expect(worst(moved.weights, plain)).toBeLessThan(1e-9);
  });

  it("ATC is the ATT of the swapped groups", () => {
    const swapped = { ...data, treated: data.treated.map((arm) => 1 - arm) };
    const one = balanceEntropy(FORMULA, data, { estimand: "ATC" }).weights;
    const other = balanceEntropy(FORMULA, swapped, { estimand: "ATT" }).weights;
    expect(worst(one, other)).toBeLessThan(1e-12);
  });

  it("whole base weights are repeated rows, and a base weight of 0 is a row left out", () => {
    const copies = data.treated.map((_, row) => row % 3);
    const repeated = copies.flatMap((times, row) => Array.from({ length: times }, () => row));
    const long = Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, repeated.map((row) => values[row])]),
    );
    const weighted = balanceEntropy(FORMULA, { ...data, copies }, { estimand: "ATT", baseWeights: "copies" });
    const replicated = balanceEntropy(FORMULA, long, { estimand: "ATT" });
    const used = [0, 1].map((arm) => copies.filter((times, row) => times > 0 && data.treated[row] === arm).length);
    const all = [0, 1].map((arm) => repeated.filter((row) => data.treated[row] === arm).length);
    repeated.forEach((row, i) => {
      const arm = data.treated[row];
      const share = replicated.weights[i] / all[arm];
      expect(Math.abs(weighted.weights[row] / used[arm] / copies[row] - share)).toBeLessThan(1e-10 * share);
    });
    expect([...weighted.weights].every((weight, row) => (weight === 0) === (copies[row] === 0))).toBe(true);
  });
});

describe("columns that say the same", () => {
  it("are left out, named, and balanced by implication", () => {
    const twice = data.age.map((age) => 2 * age + 1);
    const constant = data.age.map(() => 7);
    const result = balanceEntropy(`${FORMULA} + twice + constant`, { ...data, twice, constant }, { estimand: "ATT" });
    expect(result.solutions[0].terms).toEqual(Object.keys(columns));
    expect(result.diagnostics.find(({ code }) => code === "aliased-columns")?.details.columns).toEqual([
      "constant",
      "twice",
    ]);
    expect(worst(result.weights, balanceEntropy(FORMULA, data, { estimand: "ATT" }).weights)).toBeLessThan(1e-10);
    const difference = meanOf(twice, result.weights, data.treated, 1) - meanOf(twice, result.weights, data.treated, 0);
    expect(Math.abs(difference)).toBeLessThan(1e-9);
  });

  it("nearly: kept while doubles can tell them apart, otherwise left out with what remains said", () => {
    const rng = createRng(3);
    const noise = data.age.map(() => rng.normal());
    const of = (size: number) =>
      balanceEntropy(
        "treated ~ prior + near",
        { ...data, near: data.prior.map((prior, row) => prior + size * noise[row]) },
        { estimand: "ATT" },
      );
    const kept = of(1e-5);
    expect(kept.solutions[0].terms).toEqual(["prior", "near"]);
    expect(
      Math.abs(meanOf(noise, kept.weights, data.treated, 1) - meanOf(noise, kept.weights, data.treated, 0)),
    ).toBeLessThan(1e-5);
    const dropped = of(1e-8);
    expect(dropped.solutions[0].terms).toEqual(["prior"]);
    expect(dropped.solutions[0].imbalance).toBeGreaterThan(1e-10);
    expect(
      dropped.diagnostics.find(({ severity, code }) => severity === "warning" && code === "aliased-columns")?.message,
    ).toContain("near follows from the other columns only nearly");
  });

  it("within one group only, with targets that agree, are implied there", () => {
    // Among the controls b = 2a; the treated are not on that line, but their means are.
    const rows = { d: [1, 1, 0, 0, 0], a: [1, 2, 0, 1, 3], b: [3, 3, 0, 2, 6] };
    const result = balanceEntropy("d ~ a + b", rows, { estimand: "ATT" });
    expect(result.solutions[0].terms).toEqual(["a"]);
    expect(Math.abs(meanOf(rows.b, result.weights, rows.d, 0) - 3)).toBeLessThan(1e-10);
  });
});

describe("no solution", () => {
  const refused = (
    rows: Record<string, readonly number[]>,
    formula: string,
    options: EntropyOptions = { estimand: "ATT" },
  ) =>
    errorOf(() => balanceEntropy(formula, rows, options)) as {
      code: string;
      message: string;
      details?: Record<string, unknown>;
    };

  it("a mean outside the other group's range names the covariate, the mean and the range", () => {
    const error = refused({ d: [1, 1, 0, 0, 0], age: [60, 70, 20, 30, 50], x: [1, 2, 0, 1, 3] }, "d ~ x + age");
    expect(error.code).toBe("no-solution");
    expect(error.message).toContain(
      'the mean of "age" among the treated, 65, is not strictly inside the range of the controls (20 to 50)',
    );
    expect(error.details).toMatchObject({ covariates: ["age"], arm: "control" });
  });

  it("a level that the target group lacks is at the edge", () => {
    const error = refused({ d: [1, 1, 0, 0, 0], urban: [0, 0, 0, 1, 1], x: [1, 2, 0, 1, 3] }, "d ~ x + urban");
    expect(error.message).toContain(
      'the mean of "urban" among the treated, 0, is not strictly inside the range of the controls (0 to 1)',
    );
  });

  it("a column that one group has constant elsewhere", () => {
    const error = refused({ d: [1, 1, 0, 0, 0], urban: [0, 1, 0, 0, 0], x: [1, 2, 0, 1, 3] }, "d ~ x + urban");
    expect(error.message).toContain("is not 0, the value of all controls");
  });

  it("targets that contradict what the columns imply in the group", () => {
    const error = refused({ d: [1, 1, 0, 0, 0], a: [1, 2, 0, 1, 3], b: [3, 4, 0, 2, 6] }, "d ~ a + b");
    expect(error.message).toContain('the columns before "b" determine it');
    expect(error.details).toMatchObject({ covariates: ["b"] });
  });

  it("a target within every range but outside the hull names the columns that separate it", () => {
    // Controls fill the triangle below the diagonal; the treated mean (0.8, 0.8) lies above it. z has nothing to do with it.
    const rows = {
      d: [1, 1, 0, 0, 0, 0, 0, 0],
      a: [0.7, 0.9, 0, 1, 0, 0.2, 0.3, 0.1],
      b: [0.9, 0.7, 0, 0, 1, 0.3, 0.2, 0.6],
      z: [0, 1, 0, 1, 1, 0, 1, 0],
    };
    const error = refused(rows, "d ~ a + b + z");
    expect(error.code).toBe("no-solution");
    expect(error.message).toContain("a, b");
    expect(error.message).toContain("outside what the controls can be weighted to");
  });

  it("ATE speaks of all units and of the group that cannot follow", () => {
    const error = refused({ d: [1, 1, 0, 0, 0, 0], age: [60, 70, 20, 30, 50, 20] }, "d ~ age", { estimand: "ATE" });
    expect(error.message).toContain(
      'the mean of "age" among all units, 41.7, is not strictly inside the range of the treated units (60 to 70)',
    );
  });

  it("weights that collapse onto one unit on the way still end in a certificate", () => {
    // 180 controls, 60 treated 0.44 standard deviations off in each of 30 columns: no seed has a solution.
    for (const seed of [33, 34, 35]) {
      const rng = createRng(100 * seed + 30);
      const d = Array.from({ length: 240 }, (_, i) => (i % 4 === 0 ? 1 : 0));
      const names = Array.from({ length: 30 }, (_, k) => `x${k}`);
      const rows: Record<string, number[]> = { d };
      for (const name of names) rows[name] = d.map((arm) => rng.normal() + (2.4 / Math.sqrt(30)) * arm);
      const error = refused(rows, `d ~ ${names.join(" + ")}`);
      expect(error.code).toBe("no-solution");
    }
  });

  it("few iterations are said to be the reason", () => {
    const error = errorOf(() => balanceEntropy(FORMULA, data, { estimand: "ATT", maxIterations: 1 })) as {
      code: string;
      message: string;
    };
    expect(error.code).toBe("no-convergence");
    expect(error.message).toContain("did not converge in 1 iteration");
  });

  it("in two dimensions a solution exists exactly where a triangle of controls holds the target", () => {
    const point = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }));
    const outcomes = { solved: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(point, { minLength: 4, maxLength: 9 }), point, (controls, offset) => {
        // A target off the lattice of lines through the controls, so that it is never on the edge.
        const target = [offset[0] * 0.7 + 0.0137, offset[1] * 0.7 - 0.0291];
        const rows = {
          d: [1, 1, ...controls.map(() => 0)],
          a: [target[0] - 1, target[0] + 1, ...controls.map(([a]) => a)],
          b: [target[1] + 1, target[1] - 1, ...controls.map(([, b]) => b)],
        };
        const inside = insideHull(controls, target);
        try {
          const { weights } = balanceEntropy("d ~ a + b", rows, { estimand: "ATT" });
          outcomes.solved++;
          expect(inside).toBe(true);
          expect(Math.abs(meanOf(rows.a, weights, rows.d, 0) - target[0])).toBeLessThan(1e-10);
          expect(Math.abs(meanOf(rows.b, weights, rows.d, 0) - target[1])).toBeLessThan(1e-10);
        } catch (error) {
          if ((error as { name?: string }).name !== "LikewiseError") throw error;
          outcomes.refused++;
          expect((error as { code: string }).code).toBe("no-solution");
          expect(inside).toBe(false);
        }
      }),
      { numRuns: 1000, seed: 5 },
    );
    expect(Math.min(outcomes.solved, outcomes.refused)).toBeGreaterThan(100);
  });

  function insideHull(points: readonly (readonly [number, number])[], [x, y]: readonly number[]): boolean {
    const side = (p: readonly number[], q: readonly number[]): number =>
      Math.sign((q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]));
    return points.some((p, i) =>
      points
        .slice(i + 1)
        .some((q, j) =>
          points
            .slice(i + j + 2)
            .some((r) => side(p, q) !== 0 && side(p, q) === side(q, r) && side(q, r) === side(r, p)),
        ),
    );
  }
});

describe("what others do with them, and words", () => {
  const age = data.age.map((value, row) => (row < 2 ? Number.NaN : value));
  const result = balanceEntropy(FORMULA, { ...data, age }, { estimand: "ATT" });

  it("assessBalance finds nothing left", () => {
    const { treated, weights, covariates } = balanceEntropy(FORMULA, data, { estimand: "ATT" });
    const balance = assessBalance({ treated, covariates, weights, estimand: "ATT", data });
    expect(balance.maxAbsSmd.before).toBeGreaterThan(0.3);
    expect(balance.maxAbsSmd.after).toBeLessThan(1e-11);
  });

  it("incomplete rows weigh 0 and are counted", () => {
    expect([...result.weights.subarray(0, 2)]).toEqual([0, 0]);
    expect(result.counts.all.treated + result.counts.all.control).toBe(298);
    expect(result.diagnostics[0].code).toBe("rows-dropped");
    expect(sourceOf(result)?.data?.rows).toBe(300);
    expect(weightViolations(result)).toEqual([]);
  });

  it("describes itself", () => {
    const lines = describeWeights(result);
    expect(lines[0]).toBe("Method: entropy balancing of means");
    expect(lines[1]).toMatch(/^Balanced: controls on 5 constraints in \d+ iterations, means within \de-1\d sd/);
    expect(lines[4]).toBe("Estimand: ATT, for the treated");
    expect(lines[5]).toBe("Covariates: age, prior, urban, region");
    expect(weightsTable(result).rows[0].slice(1)).toEqual([result.counts.all.treated, result.counts.all.control]);
  });

  it("says where the target is near the edge of the group", () => {
    const d = [1, 1, ...Array.from({ length: 30 }, () => 0)];
    const x = [0.0001, 0.0003, ...Array.from({ length: 30 }, (_, i) => i)];
    const edge = balanceEntropy("d ~ x", { d, x }, { estimand: "ATT" });
    expect(edge.diagnostics.some(({ code }) => code === "near-edge")).toBe(true);
    expect(Math.abs(meanOf(x, edge.weights, d, 0) - 0.0002)).toBeLessThan(1e-10);
  });
});

describe("bad input", () => {
  const refusals: readonly {
    what: string;
    formula?: string;
    options?: unknown;
    data?: object;
    code?: string;
    says: readonly string[];
  }[] = [
    { what: "no options", options: null, says: ["options object"] },
    { what: "overlap", options: { estimand: "overlap" }, says: ['"ATE", "ATT" or "ATC"'] },
    { what: "an unknown option", options: { estimand: "ATT", moment: 2 }, says: ['Did you mean "moments"?'] },
    { what: "four moments", options: { estimand: "ATT", moments: 4 }, says: ["1, 2 or 3"] },
    { what: "a negative tolerance", options: { estimand: "ATT", tolerance: -1 }, says: ["tolerance", "above 0"] },
    { what: "half an iteration", options: { estimand: "ATT", maxIterations: 0.5 }, says: ["whole number"] },
    { what: "no treatment", formula: "~ age", code: "formula-syntax", says: ["no treatment"] },
    { what: "no covariates", formula: "treated ~ 1", code: "formula-syntax", says: ["no covariate"] },
    { what: "a random term", formula: "treated ~ age + (1 | region)", code: "formula-syntax", says: ["(1 | region)"] },
    { what: "an unknown column", formula: "treated ~ aeg", code: "unknown-column", says: ["age"] },
    { what: "three treatments", formula: "region ~ age", code: "not-binary", says: ["north, south, west"] },
    {
      what: "one group",
      formula: "one ~ age",
      code: "constant",
      data: { one: data.age.map(() => 1) },
      says: ["no one to compare the treated with"],
    },
    {
      what: "a negative base weight",
      options: { estimand: "ATT", baseWeights: data.age.map((_, row) => (row === 4 ? -1 : 1)) },
      says: ["row 5 is -1"],
    },
    {
      what: "base weights of another length",
      options: { estimand: "ATT", baseWeights: [1, 2] },
      code: "length-mismatch",
      says: ["2 values", "300 rows"],
    },
    {
      what: "no base weight in a group",
      options: { estimand: "ATT", baseWeights: data.treated },
      code: "empty-group",
      says: ["no control unit with a base weight above 0"],
    },
    {
      what: "values too large to square",
      formula: "treated ~ huge",
      data: { huge: data.age.map((age) => age * 1e300) },
      code: "non-finite",
      says: ["huge", "Rescale"],
    },
    {
      what: "missing values refused",
      options: { estimand: "ATT", missing: "error" },
      data: { age: data.age.map((age, row) => (row === 1 ? null : age)) },
      code: "missing-values",
      says: ["age"],
    },
  ];
  it.each(refusals)(
    "$what",
    ({ formula = FORMULA, options = { estimand: "ATT" }, data: more = {}, code = "invalid-argument", says }) => {
      const error = errorOf(() => balanceEntropy(formula, { ...data, ...more }, options as EntropyOptions));
      expect(error.code).toBe(code);
      for (const words of says) expect(error.message).toContain(words);
    },
  );
});
