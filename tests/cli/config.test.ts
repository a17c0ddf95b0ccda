import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optionsOf } from "../../src/cli/command";
import { study } from "../../src/cli/commands/study";
import { configObjection, configSchema, readConfig } from "../../src/cli/config";
import { fromText, type Kind, objection, schemaOf } from "../../src/cli/kinds";
import { resolveSettings } from "../../src/study/settings";
import { simulateSchools } from "../../src/synthetic/simulate";
import { inFolder, likewise } from "./run";

const options = optionsOf(study);
const schema = configSchema("Options of likewise study", options);

type Schema = Readonly<Record<string, unknown>>;

/** JSON Schema draft 7, as far as ours go; a keyword that it does not know is an error. */
function accepts(rules: Schema, value: unknown): boolean {
  const { description: _, $schema: __, title: ___, ...checks } = rules;
  return Object.entries(checks).every(([keyword, rule]) => holds(keyword, rule, value, rules));
}

function holds(keyword: string, rule: unknown, value: unknown, rules: Schema): boolean {
  const isNumber = typeof value === "number";
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const known = Object.keys((rules.properties ?? {}) as object);
  switch (keyword) {
    case "type":
      return hasType(rule as string, value);
    case "enum":
      return (rule as unknown[]).includes(value);
    case "anyOf":
      return (rule as Schema[]).some((one) => accepts(one, value));
    case "minimum":
      return !isNumber || value >= (rule as number);
    case "maximum":
      return !isNumber || value <= (rule as number);
    case "exclusiveMinimum":
      return !isNumber || value > (rule as number);
    case "minLength":
      return typeof value !== "string" || value.length >= (rule as number);
    case "pattern":
      return typeof value !== "string" || new RegExp(rule as string).test(value);
    case "items":
      return !Array.isArray(value) || value.every((item) => accepts(rule as Schema, item));
    case "minItems":
      return !Array.isArray(value) || value.length >= (rule as number);
    case "maxItems":
      return !Array.isArray(value) || value.length <= (rule as number);
    case "required":
      return !isObject || (rule as string[]).every((name) => name in value);
    case "properties":
      return (
        !isObject ||
        Object.entries(rule as Record<string, Schema>).every(
          ([name, one]) => !(name in value) || accepts(one, (value as Record<string, unknown>)[name]),
        )
      );
    case "additionalProperties":
      if (!isObject) return true;
      return Object.entries(value).every(
        ([name, item]) => known.includes(name) || (rule !== false && accepts(rule as Schema, item)),
      );
    default:
      throw new Error(`The schema has a keyword ${keyword} that the test does not know.`);
  }
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

/** Values that are right. */
function right(kind: Kind): fc.Arbitrary<unknown> {
  switch (kind.type) {
    case "flag":
      return fc.boolean();
    case "none":
      return fc.constant(null);
    case "text":
      return fc.constantFrom(...(kind.choices ?? (kind.pattern ? ["mean_{year}"] : ["a", "b"])));
    case "number":
      return fc.constantFrom(
        kind.least ?? kind.most ?? (kind.above ?? 0) + 1,
        kind.most ?? (kind.least ?? kind.above ?? 0) + 1,
      );
    case "list":
      return fc.array(right(kind.of), { minLength: kind.length ?? 1, maxLength: kind.length ?? 3 });
    case "record":
      return fc.record(Object.fromEntries(Object.entries(kind.fields).map(([name, field]) => [name, right(field)])));
    case "names":
      return fc.dictionary(fc.constantFrom("a", "b"), right(kind.of));
    case "either":
      return fc.oneof(...kind.of.map(right));
  }
}

/** Values of a kind, near it, and far from it. */
function near(kind: Kind): fc.Arbitrary<unknown> {
  const anything = fc.constantFrom<unknown>(null, true, "", "x", "KS2", 0, 1, -1, 0.5, 1e6, [], [1], {}, { KS2: 0.1 });
  const own = (): fc.Arbitrary<unknown> => {
    switch (kind.type) {
      case "flag":
        return fc.boolean();
      case "none":
        return fc.constant(null);
      case "text":
        return fc.constantFrom(...(kind.choices ?? ["a", "mean_{year}", "{year"]));
      case "number": {
        const ends = [kind.least, kind.most, kind.above].filter((bound) => bound !== undefined);
        return fc.constantFrom(1, 0.07, 2, ...ends.flatMap((bound) => [bound, bound - 1e-9, bound + 1e-9, bound + 1]));
      }
      case "list":
        return fc.array(near(kind.of), { maxLength: 4 });
      case "record": {
        const entries = Object.entries(kind.fields).map(([name, field]) => [name, near(field)] as const);
        return fc.record({ ...Object.fromEntries(entries), stranger: fc.constant(1) }, { requiredKeys: [] });
      }
      case "names":
        return fc.dictionary(fc.constantFrom("a", "b"), near(kind.of));
      case "either":
        return fc.oneof(...kind.of.map(near));
    }
  };
  return fc.oneof(
    { weight: 2, arbitrary: right(kind) },
    { weight: 4, arbitrary: own() },
    { weight: 1, arbitrary: anything },
  );
}

describe("the schema of a config", () => {
  it("stands in the package as the command prints it", async () => {
    const { out } = await likewise(["study", "--config-schema"]);
    const shipped = readFileSync(new URL("../../src/cli/study.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(out)).toEqual(schema);
    // After a change: npx tsx src/cli/main.ts study --config-schema > src/cli/study.schema.json && npx biome format --write src/cli
    expect(JSON.parse(shipped)).toEqual(schema);
  });

  it.each(options.filter(({ isLineOnly }) => !isLineOnly).map((option) => [option.name, option.kind] as const))(
    "accepts of %s what the parser accepts, and nothing else",
    (name, kind) => {
      const verdicts = new Set<boolean>();
      fc.assert(
        fc.property(near(kind), (value) => {
          const isFine = configObjection({ [name]: value }, options) === null;
          verdicts.add(isFine);
          return isFine === accepts(schema, { [name]: value });
        }),
        { numRuns: 200 },
      );
      expect([...verdicts].sort()).toEqual([false, true]);
    },
  );

  it("knows the same names", () => {
    expect(configObjection({ scale: 0.1, sacle: 0.1 }, options)).toBe(
      'There is no option "sacle". Did you mean "scale"?',
    );
    expect(accepts(schema, { scale: 0.1, sacle: 0.1 })).toBe(false);
    expect(configObjection({ force: true }, options)).toBe('"force" stands on the command line only, as --force.');
    expect(accepts(schema, { force: true })).toBe(false);
    expect(accepts(schema, [])).toBe(configObjection([], options) === null);
  });

  it("describes every option", () => {
    const properties = schema.properties as Record<string, { description?: string }>;
    expect(Object.entries(properties).filter(([, { description }]) => !description)).toEqual([]);
  });
});

describe("ranges are the library's own", () => {
  const kindOf = (name: string): Kind => options.find((option) => option.name === name)!.kind;
  const nested = (kind: Kind, ...path: string[]): Kind =>
    path.reduce((outer, name) => {
      const inside = outer.type === "either" ? outer.of.find(({ type }) => type === "record")! : outer;
      return (inside as Kind & { type: "record" }).fields[name];
    }, kind);
  /** The bounds of a number pass both; just beyond them both refuse. */
  const check = (kind: Kind, name: string, use: (value: number) => unknown): void => {
    const one = kind.type === "either" ? kind.of.find(({ type }) => type === "number")! : kind;
    const { least, most, above, whole } = one as Kind & { type: "number" };
    const step = whole ? 1 : 1e-6;
    const bounds = [
      [least, -step],
      [most, step],
      [above, 0],
    ] as const;
    for (const [bound, beyond] of bounds) {
      if (bound === undefined) continue;
      expect(() => use(bound + beyond), `${name} beyond ${bound}`).toThrow();
      expect(objection(one, bound + beyond, name)).not.toBeNull();
      if (beyond !== 0) expect(() => use(bound), `${name} at ${bound}`).not.toThrow();
    }
  };

  it("of simulateSchools", () => {
    const simulate = (extra: object): unknown => simulateSchools({ scale: 0.02, ...extra });
    check(kindOf("authorityShare"), "authorityShare", (authorityShare) => simulate({ authorityShare }));
    check(kindOf("ofstedCorrelation"), "ofstedCorrelation", (ofstedCorrelation) => simulate({ ofstedCorrelation }));
    check(kindOf("missingPrior"), "missingPrior", (missingPrior) => simulate({ missingPrior }));
    check(kindOf("hidden"), "hidden", (hidden) => simulate({ hidden }));
    check(nested(kindOf("hidden"), "designation"), "designation", (designation) =>
      simulate({ hidden: { designation } }),
    );
    check(nested(kindOf("hidden"), "earlier"), "earlier", (earlier) => simulate({ hidden: { earlier } }));
    check(nested(kindOf("selection"), "academy"), "academy", (academy) => simulate({ selection: { academy } }));
    check(nested(kindOf("truth"), "growth"), "growth", (growth) => simulate({ truth: { growth } }));
    check(nested(kindOf("truth"), "engagement"), "engagement", (engagement) => simulate({ truth: { engagement } }));
    check(nested(kindOf("truth"), "teaching", "KS4"), "KS4", (KS4) => simulate({ truth: { teaching: { KS4 } } }));
    check(nested(kindOf("icc"), "KS2"), "KS2", (KS2) => simulate({ icc: { KS2 } }));
  });

  it("of runStudy", () => {
    const resolve = (extra: object): unknown => resolveSettings({ data: { schools: [], pupils: [] }, ...extra });
    check(kindOf("caliper"), "caliper", (caliper) => resolve({ caliper }));
    check(kindOf("ratio"), "ratio", (ratio) => resolve({ ratio }));
    check(kindOf("earlierYears"), "earlierYears", (earlierYears) => resolve({ earlierYears }));
    for (const name of ["roles", "keyStages"]) {
      const { of } = kindOf(name) as Kind & { type: "list" };
      const { choices } = of as Kind & { type: "text" };
      expect(() => resolve({ [name]: choices })).not.toThrow();
    }
    for (const name of ["df", "sensitivity"]) {
      for (const choice of (kindOf(name) as Kind & { type: "text" }).choices!)
        expect(() => resolve({ [name]: choice })).not.toThrow();
    }
  });
});

describe("a value on the command line reads as in a config", () => {
  const cases: [string, string, unknown][] = [
    ["seed", "7", 7],
    ["seed", "england", "england"],
    ["caliper", "none", null],
    ["caliper", ".1", 0.1],
    ["years", "2013, 2014", [2013, 2014]],
    ["years", "[2013]", [2013]],
    ["keyStages", "KS4", ["KS4"]],
    ["truth", "engagement", "engagement"],
    ["truth", '{"growth":1}', { growth: 1 }],
    ["teachingSchools", "10,20,30", [10, 20, 30]],
    ["hidden", "0.5", 0.5],
  ];
  it.each(cases)("%s %s", (name, text, value) => {
    const { kind } = options.find((option) => option.name === name)!;
    const read = fromText(kind, text);
    expect(read).toEqual(value);
    expect(objection(kind, read, name)).toBeNull();
    expect(accepts(schemaOf(kind), read)).toBe(true);
  });

  it("a number out of range is called a number", () => {
    const { kind } = options.find((option) => option.name === "hidden")!;
    expect(objection(kind, fromText(kind, "2"), "--hidden")).toMatch(/^--hidden must be .*, not the number 2\.$/);
  });

  it("a broken record is refused as what it is", () => {
    const { kind } = options.find((option) => option.name === "icc")!;
    expect(objection(kind, fromText(kind, "{KS2:.1}"), "--icc")).toBe(
      '--icc must be a JSON object of KS2, KS4, not the text "{KS2:.1}".',
    );
  });
});

describe("a config file", () => {
  const withConfig = (text: string, work: (path: string) => Promise<void>): Promise<void> =>
    inFolder(async (folder) => {
      const path = join(folder, "study.json");
      writeFileSync(path, text);
      await work(path);
    });

  it("has its paths relative to its own folder", () =>
    withConfig(
      '\ufeff{ "$schema": "./study.schema.json", "schools": "data/s.csv", "pupils": "/p.csv", "ratio": 2 }',
      async (path) => {
        const given = await readConfig(path, options);
        expect(given).toEqual({ schools: join(path, "..", "data/s.csv"), pupils: "/p.csv", ratio: 2 });
      },
    ));

  const wrong: [string, string, string][] = [
    [
      "no JSON",
      '{\n  "seed": 1,\n  scale: 2 }',
      "is not JSON: line 3, column 3: a comma too many, or a name without quotes?",
    ],
    [
      "a comma at the end",
      '{ "seed": 1, }',
      "is not JSON: line 1, column 14: a comma too many, or a name without quotes?",
    ],
    ["cut off", '{ "seed": 1', "is not JSON: line 1, column 12"],
    ["a list", "[1]", 'A config is a JSON object, such as { "seed": 1, "scale": 0.2 }.'],
    ["an unknown key", '{ "keystages": ["KS2"] }', 'There is no option "keystages". Did you mean "keyStages"?'],
    ["a wrong value", '{ "caliper": "wide" }', 'caliper must be a number above 0 or none, not the text "wide".'],
    [
      "a wrong column entry",
      '{ "columns": { "scool": "URN" } }',
      'columns has no entry "scool". Did you mean "school"?',
    ],
  ];
  it.each(wrong)("that is wrong: %s", (_, text, sentence) =>
    withConfig(text, async (path) => {
      const { code, out, err } = await likewise(["study", "--config", path]);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(sentence);
      expect(err).toContain(path);
      expect(err.trimEnd().split("\n")).toHaveLength(1);
    }),
  );

  it("that is not there", async () => {
    const { code, err } = await likewise(["study", "--config", "/nowhere/study.json"]);
    expect([code, err]).toEqual([1, 'Cannot read "/nowhere/study.json": it does not exist.\n']);
  });

  it("the one in the help is right", () => {
    const json = /\{.*?\}/.exec(study.notes![0])![0];
    expect(configObjection(JSON.parse(json), options)).toBeNull();
  });
});
