import { expect, it } from "vitest";
import { forestTables } from "../../src/cli/forest";
import { render } from "../../src/display/render";
import type { GridRow, Study } from "../../src/study/types";

const row = (year: number, estimate: number, lower: number, upper: number, more: Partial<GridRow> = {}): GridRow =>
  ({
    role: "teaching",
    keyStage: "KS2",
    cohort: 1,
    year,
    placebo: false,
    reason: null,
    treatedSchools: 55,
    controlSchools: 55,
    estimate,
    lower,
    upper,
    holm: 0.2,
    truth: Number.NaN,
    ...more,
  }) as GridRow;

it("draws estimates and intervals on one axis with 0 on it, and says what could not be run", () => {
  const grid = [
    row(2012, -0.001, -0.2, 0.2, { placebo: true }),
    row(2013, 0.6, 0.4, 0.8, { holm: 0.0001 }),
    row(2014, Number.NaN, Number.NaN, Number.NaN, { reason: "too few schools", holm: Number.NaN }),
  ];
  const [table] = forestTables({ settings: { roles: ["teaching"] }, grid } as unknown as Study);
  // 32 steps from −0.2 to 0.8: 0 after 6 of them (6.4), 0.2 after 13 (12.8), 0.4 after 19 (19.2), 0.6 after 26 (25.6).
  expect(render(table)).toBe(
    `Teaching schools

Cohort  Year  Schools  Effect  95 % interval                                         Holm p
───────────────────────────────────────────────────────────────────────────────────────────
KS2, 1  2012  55 + 55   0.00   −0.20 to 0.20     ──────●───────                     placebo
KS2, 1  2013  55 + 55   0.60   0.40 to 0.80            │            ───────●──────    <.001
KS2, 1  2014                   could not be run                                            

Effects in national standard deviations; the axis runs from −0.20 to 0.80, │ is 0. Schools: of the role + comparators.
1 comparison could not be run; the report says why.`.replace(/ +$/gm, ""),
  );
});
