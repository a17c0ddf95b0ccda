import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SlotRule, type SweepProblem, sweepDegrees } from "../../src/matching/optimal/sweep";
import { createRng } from "../../src/random/rng";
import { flowViolation } from "./optimal-certificate";

interface Unit {
  readonly gap: number;
  readonly group: 0 | 1;
  readonly first: number;
  readonly before: number;
  readonly after: number;
}

const rule = fc.record({
  forced: fc.integer({ min: 0, max: 2 }),
  hasFirst: fc.boolean(),
  optional: fc.integer({ min: 0, max: 3 }),
  cost: fc.integer({ min: -2, max: 3 }),
});

const unit: fc.Arbitrary<Unit> = fc.record({
  gap: fc.constantFrom(0, 0, 1, 1, 2, 5),
  group: fc.constantFrom(0, 1),
  // Not dearer than the slots after it.
  first: fc.integer({ min: -9, max: -2 }),
  before: fc.integer({ min: 0, max: 3 }),
  after: fc.integer({ min: 0, max: 3 }),
});

const problems = fc
  .record({
    units: fc.array(unit, { minLength: 1, maxLength: 9 }),
    rules: fc.tuple(rule, rule),
    raisingGroup: fc.constantFrom(0 as const, 1 as const),
    isClosed: fc.boolean(),
  })
  .map(({ units, rules, raisingGroup, isClosed }): SweepProblem => {
    const first = Float64Array.from(units, (u) => u.first);
    const slotRule = ({ forced, hasFirst, optional, cost }: (typeof rules)[0]): SlotRule => {
      return { forced, first: hasFirst ? first : null, optional, cost, favoured: null };
    };
    let position = 0;
    return {
      position: Float64Array.from(units, ({ gap }) => (position += gap)),
      row: Int32Array.from(units.keys()),
      group: Uint8Array.from(units, ({ group }) => group),
      raisingGroup,
      raising: slotRule(rules[0]),
      lowering: slotRule(rules[1]),
      reach: isClosed
        ? { before: Int32Array.from(units, (u) => u.before), after: Int32Array.from(units, (u) => u.after) }
        : null,
    };
  });

const ruleAt = (problem: SweepProblem, i: number): SlotRule =>
  problem.group[i] === problem.raisingGroup ? problem.raising : problem.lowering;

const sideAt = (problem: SweepProblem, i: number): 1 | -1 => (problem.group[i] === problem.raisingGroup ? 1 : -1);

function slotCosts({ first, optional, cost }: SlotRule, i: number): number[] {
  return [...(first === null ? [] : [first[i]]), ...new Array<number>(optional).fill(cost)];
}

/** The least cost by looking at every imbalance in turn; null = no numbers balance. */
function leastCost(problem: SweepProblem): number | null {
  const { position, reach, raising } = problem;
  let costs = new Map([[0, 0]]);
  for (let i = 0; i < position.length; i++) {
    const side = sideAt(problem, i);
    const { forced } = ruleAt(problem, i);
    const optional = slotCosts(ruleAt(problem, i), i);
    const next = new Map<number, number>();
    for (const [j, before] of costs) {
      if (reach !== null && side < 0 && j > raising.forced * reach.before[i]) continue;
      let cost = before + (i === 0 ? 0 : position[i] - position[i - 1]) * Math.abs(j);
      for (let used = 0; used <= optional.length; used++) {
        if (used > 0) cost += optional[used - 1];
        const after = j + side * (forced + used);
        if (reach !== null && side < 0 && after < -raising.forced * reach.after[i]) continue;
        next.set(after, Math.min(cost, next.get(after) ?? Number.POSITIVE_INFINITY));
      }
    }
    costs = next;
  }
  return costs.get(0) ?? null;
}

function costOf(problem: SweepProblem, degree: Int32Array): number {
  let j = 0;
  let cost = 0;
  for (const [i, partners] of degree.entries()) {
    if (i > 0) cost += (problem.position[i] - problem.position[i - 1]) * Math.abs(j);
    const used = partners - ruleAt(problem, i).forced;
    for (const slot of slotCosts(ruleAt(problem, i), i).slice(0, used)) cost += slot;
    j += sideAt(problem, i) * partners;
  }
  return cost;
}

describe("the sweep", () => {
  it("finds the least cost that trying every imbalance finds, or that none balances, with and without bounds", () => {
    const met = { optimal: 0, infeasible: 0, closed: 0 };
    fc.assert(
      fc.property(problems, (problem) => {
        const degree = sweepDegrees(problem);
        const expected = leastCost(problem);
        expect(degree === null).toBe(expected === null);
        if (degree === null) met.infeasible++;
        else {
          met.optimal++;
          if (problem.reach !== null) met.closed++;
          const violation = flowViolation(
            {
              position: problem.position,
              side: Int8Array.from(problem.group, (_, i) => sideAt(problem, i)),
              slotsAt: (i) => ({ forced: ruleAt(problem, i).forced, costs: slotCosts(ruleAt(problem, i), i) }),
              ...(problem.reach === null
                ? {}
                : {
                    bounds: {
                      above: Float64Array.from(problem.reach.before, (f) => f * problem.raising.forced),
                      below: Float64Array.from(problem.reach.after, (f) => f * problem.raising.forced),
                    },
                  }),
            },
            degree,
          );
          expect(violation).toBeNull();
          expect(costOf(problem, degree)).toBe(expected);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(Math.min(met.infeasible, met.closed)).toBeGreaterThan(500);
  });

  it("breaks ties by row alone: whole numbers moved, and units of equal score in any order, change nothing", () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 1, max: 1e6 }), (problem, seed) => {
        const n = problem.position.length;
        const moved = { ...problem, position: problem.position.map((x) => x + 1000) };
        expect(sweepDegrees(moved)).toEqual(sweepDegrees(problem));
        if (problem.reach !== null) return;
        // Rows stay with their units; units of equal score change places.
        const keys = Float64Array.from({ length: n }, () => 0);
        const rng = createRng(seed);
        for (const i of keys.keys()) keys[i] = rng.uniform();
        const order = [...keys.keys()].sort((a, b) => problem.position[a] - problem.position[b] || keys[a] - keys[b]);
        const at = <T extends Int32Array | Uint8Array | Float64Array>(values: T): T =>
          values.map((_, i) => values[order[i]]) as T;
        const rearrange = (r: SlotRule): SlotRule => ({ ...r, first: r.first === null ? null : at(r.first) });
        const other = sweepDegrees({
          ...problem,
          row: at(problem.row),
          group: at(problem.group),
          raising: rearrange(problem.raising),
          lowering: rearrange(problem.lowering),
        });
        const first = sweepDegrees(problem);
        expect(other).toEqual(first === null ? null : at(first));
      }),
      { numRuns: 5000 },
    );
  });
});

describe("the certificate that the large tests rely on", () => {
  it("refuses numbers that are not optimal", () => {
    const problem = {
      position: Float64Array.of(0, 1, 3),
      side: Int8Array.of(-1, 1, -1),
      slotsAt: (i: number) => (i === 1 ? { forced: 1, costs: [] } : { forced: 0, costs: [0] }),
    };
    expect(flowViolation(problem, [1, 1, 0])).toBeNull();
    expect(flowViolation(problem, [0, 1, 1])).toContain("cheaper");
    expect(flowViolation(problem, [1, 1, 1])).toContain("totals");
    expect(flowViolation(problem, [2, 1, 0])).toContain("place 0 has 2");
    const bounds = { above: Float64Array.of(0, 0, 0), below: Float64Array.of(0, 0, 0) };
    expect(flowViolation({ ...problem, bounds }, [1, 1, 0])).toContain("bound");
  });
});
