import { describe, expect, test } from "vitest";
import { columnNames, getColumn, valueAt } from "../../src/data/column";
import { renameColumns, toRows } from "../../src/data/select";
import type { Frame } from "../../src/data/types";
import { isLikewiseError } from "../../src/errors/error";
import { runCell, runStudy } from "../../src/study/run-study";
import type { StudyTables } from "../../src/study/types";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { COHORT, COVARIATES, world } from "./world";

const key = { role: "teaching", keyStage: "KS2", cohort: 3, year: 2014 } as const;
const data = world();
/** Outstanding primary schools: all that the teaching schools' cell reads. */
const chosen = toRows(data.schools)
  .filter(({ phase, ofsted }) => phase === "primary" && ofsted === "outstanding")
  .map(({ school }) => String(school));
const pupils = drawPupils(data, { schools: chosen, years: [2014] });

/** A table as a user has it: plain arrays by name of column, text as text, missing as null. */
function plain(table: Frame, names: Readonly<Record<string, string>> = {}): Record<string, unknown[]> {
  return Object.fromEntries(
    columnNames(table).map((name) => {
      const column = getColumn(table, name);
      return [names[name] ?? name, Array.from({ length: table.rows }, (_, row) => valueAt(column, row))];
    }),
  );
}

const base = { schoolCovariates: COVARIATES, cohorts: [COHORT], years: [2014], sensitivity: "none" } as const;
const simulated = runCell({ data, ...base }, key);

/** The simulated tables, changed. */
function tables(
  change: (parts: { schools: Record<string, unknown[]>; pupils: Record<string, unknown[]> }) => void = () => {},
) {
  const parts = { schools: plain(data.schools), pupils: plain(pupils) };
  change(parts);
  return parts as unknown as StudyTables;
}

function thrown(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (isLikewiseError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const failing = (given: StudyTables) => thrown(() => runCell({ data: given, ...base }, key));

describe("a user's own two tables", () => {
  test("as typed tables with other names of columns they give the simulation's numbers to the last bit", () => {
    const schools = renameColumns(data.schools, {
      school: "URN",
      phase: "stage",
      role: "part",
      cohort: "wave",
      alliance: "tsa",
      ofsted: "grade",
      intake: "ks1",
      outcome2009: "mean_2009_z",
      outcome2010: "mean_2010_z",
      outcome2011: "mean_2011_z",
    });
    const own = renameColumns(pupils, {
      school: "URN",
      year: "summer",
      outcome: "z",
      fsm: "free_meals",
      prior: "before",
    });
    const cell = runCell(
      {
        ...base,
        schoolCovariates: undefined,
        data: {
          schools,
          pupils: own,
          columns: {
            school: "URN",
            phase: "stage",
            role: "part",
            cohort: "wave",
            alliance: "tsa",
            ofsted: "grade",
            outstanding: "outstanding",
            schoolCovariates: ["ks1", "fsm", "roll", "urban"],
            earlierOutcome: "mean_{year}_z",
            year: "summer",
            outcome: "z",
            subgroup: "free_meals",
            pupilCovariates: "before + I(before^2) + gender + free_meals + eal + sen + ethnicity + idaci + birthMonth",
          },
        },
      },
      key,
    );
    expect(cell.reason).toBeNull();
    expect(cell.analysis!.effect).toEqual(simulated.analysis!.effect);
    expect(cell.analysis!.models.M0.variances).toEqual(simulated.analysis!.models.M0.variances);
    expect(cell.analysis!.flow.complete).toEqual(simulated.analysis!.flow.complete);
    expect(cell.analysis!.hedges).toEqual(simulated.analysis!.hedges);
    expect(cell.truth).toBeNull();
  });

  test("as plain arrays, where levels come in another order, they give the same to rounding", () => {
    const cell = runCell({ ...base, data: tables() }, key);
    const { estimate, standardError, df } = cell.analysis!.effect;
    expect(estimate).toBeCloseTo(simulated.analysis!.effect.estimate, 9);
    expect(standardError).toBeCloseTo(simulated.analysis!.effect.standardError, 9);
    expect(df).toBeCloseTo(simulated.analysis!.effect.df, 5);
  });

  test("the study of tables knows no truth and no seed", () => {
    const study = runStudy({ ...base, data: tables(), roles: ["teaching"], keyStages: ["KS2"] });
    expect([study.origin, study.dataSeed]).toEqual(["tables", null]);
    expect(study.grid[0].truth).toBeNaN();
    expect(study.grid[0].reading).toMatch(/^Pupils did better/);
  });
});

describe("keys", () => {
  test("a key that no pupil shares names examples of both tables", () => {
    const error = failing(
      tables(({ pupils: own }) => {
        own.school = own.school.map((name) => `x${name}`);
      }),
    );
    expect(error.code).toBe("missing-key");
    expect(error.message).toContain(`x${chosen[0]}, x${chosen[1]}`);
    expect(error.message).toMatch(/that of schools such as P00001, P00002, P00003\. Write both in the same way/);
  });

  test("a key column that is not there is named with its nearest", () => {
    const error = failing({ ...tables(), columns: { school: "schol" } });
    expect(error.code).toBe("unknown-column");
    expect(error.message).toMatch(/table of schools has no column "schol", which columns\.school names.*"school"/);
  });

  test("a school that stands twice, and one without a name", () => {
    const twice = failing(
      tables(({ schools }) => {
        schools.school[3] = schools.school[7];
      }),
    );
    expect(twice).toMatchObject({ code: "duplicate-key" });
    expect(twice.message).toContain(String(valueAt(getColumn(data.schools, "school"), 7)));
    const nameless = failing(
      tables(({ schools }) => {
        schools.school[3] = null;
      }),
    );
    expect(nameless).toMatchObject({ code: "missing-values" });
  });

  test("text in one table and numbers in the other", () => {
    const error = failing(
      tables(({ pupils: own }) => {
        own.school = own.school.map((name) => Number(String(name).slice(1)));
      }),
    );
    expect(error).toMatchObject({ code: "wrong-type" });
    expect(error.message).toMatch(/Read both as text/);
  });

  test("pupils without a school and schools without pupils are counted and listed up to five", () => {
    const study = runStudy({
      ...base,
      roles: ["teaching"],
      keyStages: ["KS2"],
      data: tables(({ pupils: own }) => {
        for (let row = 0; row < 7; row++) own.school[row] = `lost${row}`;
      }),
    });
    const [strangers, empty] = study.diagnostics;
    expect(strangers.code).toBe("pupils-without-school");
    expect(strangers.message).toMatch(/^7 pupils left out: .*lost0.*lost4.*and 2 more/);
    expect(strangers.message).not.toContain("lost5");
    expect(empty.code).toBe("schools-without-pupils");
    expect(empty.details.schools).toBe(data.schools.rows - chosen.length);
    expect(empty.message.match(/P\d{5}/g)).toHaveLength(5);
  });
});

describe("columns", () => {
  test("every entry is looked for, with the nearest name", () => {
    expect(failing({ ...tables(), columns: { outcome: "outcom" } }).message).toMatch(
      /table of pupils has no column "outcom", which columns\.outcome names.*"outcome"/,
    );
    expect(failing({ ...tables(), columns: { pupilCovariates: "prior + gendr" } }).message).toMatch(
      /"gendr".*"gender"/,
    );
    const both = { data: tables(), ...base, schoolCovariates: ["intak"] };
    expect(thrown(() => runCell(both, key)).message).toMatch(/"intak".*"intake"/);
    expect(thrown(() => runCell({ ...base, data, schoolCovariates: ["intak"] }, key)).message).toMatch(/"intake"/);
  });

  test("an unknown entry of columns, and earlier outcomes without {year}", () => {
    const unknown = { ...tables(), columns: { outcomes: "outcome" } } as unknown as StudyTables;
    expect(failing(unknown).message).toMatch(/no entry "outcomes".*"outcome"/);
    expect(failing({ ...tables(), columns: { earlierOutcome: "outcome2011" } }).message).toMatch(/with \{year\} in it/);
  });

  test("a covariate with a name that the study gives itself", () => {
    const given = tables(({ schools }) => {
      schools.pair = schools.roll;
    });
    expect(thrown(() => runCell({ ...base, data: given, schoolCovariates: ["pair"] }, key))).toMatchObject({
      code: "column-conflict",
    });
  });
});

describe("a cell that cannot be run says why and does not stop the others", () => {
  const study = (given: StudyTables, more: object = {}) =>
    runStudy({ ...base, roles: ["teaching"], keyStages: ["KS2"], data: given, ...more });

  test("a year without pupils", () => {
    const { cells, grid } = study(tables(), { years: [2013, 2014] });
    expect(cells.map(({ reason }) => reason)).toEqual(["There is no pupil of the matched schools in 2013.", null]);
    expect(grid[0].reading).toBe("Could not be run: There is no pupil of the matched schools in 2013.");
    expect(grid[0].estimate).toBeNaN();
    expect(cells[0].design).not.toBeNull();
  });

  test("a year whose outcomes are all missing", () => {
    const given = tables(({ pupils: own }) => {
      own.outcome = own.outcome.map(() => Number.NaN);
    });
    expect(study(given).cells[0].reason).toMatch(
      /^None of the [\d,]+ pupils of the matched schools in \d{4} has a value of "outcome"\.$/,
    );
  });

  test("a role that names no one", () => {
    const given = tables(({ schools }) => {
      schools.role = schools.role.map((role) => (role === "teaching" ? "Teaching School" : role));
    });
    const { cells } = study(given, { roles: ["teaching", "alliance member"] });
    expect(cells[0].reason).toMatch(/^No school has the role "teaching"; those in "role" are .*"Teaching School", /);
    expect(cells[1].reason).toBeNull();
  });

  test("a cohort without schools", () => {
    const { cells } = study(tables(), { cohorts: [{ cohort: 4, year: 2013, month: 2 }] });
    expect(cells[0].reason).toBe('No school is of cohort 4: "cohort" has 1, 2, 3.');
    const given = tables(({ schools }) => {
      schools.cohort = schools.cohort.map(() => Number.NaN);
    });
    expect(study(given).cells[0].reason).toMatch(/^No school is of cohort \d: "cohort" is empty\.$/);
  });

  test("grades that do not know the best, and grades that are numbers", () => {
    const given = tables(({ schools }) => {
      schools.ofsted = schools.ofsted.map((grade) => (grade === "outstanding" ? 1 : 2));
    });
    expect(study(given).cells[0].reason).toBe(
      'No school has the grade "outstanding", which columns.outstanding names and all teaching schools have; those in "ofsted" are "1", "2".',
    );
    const [cell] = study({ ...given, columns: { ...given.columns, outstanding: "1" } }).cells;
    expect([cell.reason, cell.analysis?.effect]).toEqual([null, study(tables()).cells[0].analysis?.effect]);
  });

  test("schools without a partner are called by their names", () => {
    const { design } = study(tables(), { caliper: 0.01 }).cells[0];
    const found = design!.diagnostics.find(({ code }) => code === "focal-unmatched")!;
    const { schools } = found.details as { readonly schools: readonly string[] };
    expect(design!.unmatched).toEqual(expect.arrayContaining([...schools]));
    expect(found.message).toContain(`found no partner: ${schools.slice(0, 5).join(", ")}`);
    expect(found.message).not.toMatch(/\brows?\b/);
  });

  test("nobody within the caliper", () => {
    expect(study(tables(), { caliper: 1e-9 }).cells[0].reason).toMatch(/caliper/);
  });

  const small = world({ cohorts: [10, 10, 150] });

  test("more columns of covariates than schools of the role", () => {
    const { cells } = runStudy({
      ...base,
      data: small,
      roles: ["teaching"],
      keyStages: ["KS2"],
      schoolCovariates: undefined,
    });
    expect(cells[0].reason).toMatch(
      /^There are \d teaching schools and \d+ comparators, but \d+ columns of school covariates: .* Name fewer schoolCovariates/,
    );
    expect(cells[0].design).toBeNull();
  });

  test("too few matched schools for the columns that are adjusted for", () => {
    const { cells } = runStudy({ ...base, data: small, roles: ["teaching"], keyStages: ["KS2"] });
    expect(cells[0].reason).toMatch(/^\d+ matched schools are too few to adjust for \d columns of schools/);
    expect(cells[0].design).not.toBeNull();
  });

  test("covariates that separate the role are penalised, and the diagnostic says so", () => {
    const cell = runCell({ ...base, data }, { ...key, keyStage: "KS4" });
    expect(cell.reason).toBeNull();
    expect(cell.design!.propensity.penalty).toBe("firth");
    const [diagnostic] = cell.diagnostics.filter(({ code }) => code === "penalised");
    expect(diagnostic.message).toMatch(/^The covariates all but separate teaching schools from the pool/);
  });

  test("no earlier outcomes", () => {
    const given = tables(({ schools }) => {
      for (const year of [2009, 2010, 2011]) delete schools[`outcome${year}`];
    });
    expect(study(given).cells[0].reason).toMatch(/no mean outcome of 2012 or before/);
  });

  test("a school without complete pupils breaks its pair, and the diagnostic says so", () => {
    const lost = String(valueAt(getColumn(simulated.design!.schools, "school"), 0));
    const given = tables(({ pupils: own }) => {
      own.prior = own.prior.map((value, row) => (own.school[row] === lost ? null : value));
    });
    const [cell] = study(given).cells;
    expect(cell.analysis!.flow.brokenPairs).toBe(1);
    expect(cell.analysis!.schools).toEqual({ treated: 32, control: 32 });
    expect(cell.diagnostics.find(({ code }) => code === "pairs-broken")!.message).toMatch(/^1 pair left out/);
  });

  test("a school without a comparator is named", () => {
    const tight = runCell({ ...base, data, caliper: 0.01 }, key);
    const { unmatched, pool, schools } = tight.design!;
    expect(unmatched.length).toBeGreaterThan(0);
    expect(unmatched.length).toBe(pool.treated - schools.rows / 2);
    expect(unmatched.every((name) => /^P\d{5}$/.test(name))).toBe(true);
    expect(tight.diagnostics.map(({ code }) => code)).toContain("focal-unmatched");
  });
});

describe("options", () => {
  const refused = (more: object) => thrown(() => runStudy({ ...base, data, ...more }));

  test.each([
    [{ raito: 2 }, /no option "raito".*"ratio"/],
    [{ roles: ["teachin"] }, /roles is chosen from .*"teachin".*"teaching"/],
    [{ roles: [] }, /an empty list/],
    [{ keyStages: ["KS3"] }, /keyStages is chosen from/],
    [{ years: [2012.5] }, /years is a list of whole numbers/],
    [{ cohorts: [{ cohort: 1, year: 2011, month: 13 }] }, /cohorts is a list of records/],
    [{ caliper: 0 }, /caliper is a number above 0/],
    [{ ratio: 0 }, /ratio is a whole number from 1 to 5/],
    [{ earlierYears: 0 }, /earlierYears is a whole number/],
    [{ df: "z" }, /df is chosen from/],
    [{ sensitivity: "some" }, /sensitivity is chosen from/],
    [{ hidden: { strength: 1 } }, /hidden has no "strength"/],
    [{ hidden: { outcome: Number.NaN } }, /are numbers/],
  ])("%j is refused", (more, message) => {
    const error = refused(more);
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(message);
  });

  test("a cell of a cohort that is not among the options'", () => {
    expect(thrown(() => runCell({ ...base, data }, { ...key, cohort: 9 })).message).toMatch(/no cohort 9/);
  });
});
