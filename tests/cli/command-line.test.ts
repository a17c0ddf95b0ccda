import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/command-line";
import { VERSION } from "../../src/version";
import { likewise, wordsOf } from "./run";

describe("help", () => {
  it("lists the commands", async () => {
    const { code, out, err } = await likewise(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    await expect(out).toMatchFileSnapshot("golden/likewise.txt");
  });

  it.each(COMMANDS.map(({ name }) => name))("of %s", async (name) => {
    const { code, out, err } = await likewise([name, "--out", "x", "-h"]);
    expect([code, err]).toEqual([0, ""]);
    await expect(out).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it("keeps to lines that a terminal does not break, but for examples", async () => {
    for (const { name, examples } of COMMANDS) {
      const { out } = await likewise([name, "--help"]);
      const commands = examples.map(([command]) => `  ${command}`);
      const long = out.split("\n").filter((line) => line.length > 100 && !commands.includes(line));
      expect(long).toEqual([]);
    }
  });

  it("every example of the help is one that the options allow", async () => {
    const { readLine } = await import("../../src/cli/read-options");
    for (const command of COMMANDS) {
      for (const [example] of command.examples) {
        const [likewiseWord, name, ...words] = wordsOf(example);
        expect([likewiseWord, name]).toEqual(["likewise", command.name]);
        expect(() => readLine(command, words)).not.toThrow();
      }
    }
  });
});

describe("wrong use has the exit code 2 and one sentence", () => {
  const cases: [string, string[], string][] = [
    ["an unknown command", ["stuyd"], 'There is no command "stuyd". Did you mean "study"? Try likewise --help.'],
    [
      "an unknown option before a command",
      ["--versoin"],
      'There is no option "--versoin". Did you mean "--version"? Try likewise --help.',
    ],
    [
      "an unknown option",
      ["study", "--sede", "3"],
      "There is no option --sede. Did you mean --seed? Try likewise study --help.",
    ],
    ["an option without its value", ["study", "--seed", "--json"], "--seed needs a value. Try likewise study --help."],
    ["an option at the end without its value", ["study", "--seed"], "--seed needs a value. Try likewise study --help."],
    ["an option twice", ["study", "--seed", "1", "--seed=2"], "--seed is given twice. Try likewise study --help."],
    ["a flag with a value", ["study", "--json=yes"], "--json takes no value. Try likewise study --help."],
    [
      "a number out of its range",
      ["study", "--scale", "5"],
      "--scale must be a number from 0.01 to 1, not the number 5. Try likewise study --help.",
    ],
    [
      "a negative number",
      ["simulate", "--scale", "-1"],
      "--scale must be a number from 0.01 to 1, not the number -1. Try likewise simulate --help.",
    ],
    [
      "a word for a number",
      ["fit", "y ~ 1", "--df", "kenward"],
      '--df must be "satterthwaite" or "kenward-roger" or "between-within" or "z" or "none", not the text "kenward". Try likewise fit --help.',
    ],
    [
      "an unknown choice",
      ["study", "--roles", "teaching,strategic-partner"],
      '--roles[1] must be "teaching" or "strategic partner" or "alliance member", not the text "strategic-partner". Did you mean "strategic partner"? Try likewise study --help.',
    ],
    [
      "an unknown entry of a record",
      ["study", "--truth", '{"teachin":{"KS2":0}}'],
      '--truth has no entry "teachin". Did you mean "teaching"? Try likewise study --help.',
    ],
    [
      "a number deep in a record out of its range",
      ["study", "--truth", '{"teaching":{"KS2":7}}'],
      "--truth.teaching.KS2 must be a number from -1 to 1, not the number 7. Try likewise study --help.",
    ],
    [
      "an unknown column entry",
      ["study", "--columns", '{"shool":"URN"}'],
      '--columns has no entry "shool". Did you mean "school"? Try likewise study --help.',
    ],
    [
      "a word too many",
      ["study", "fast"],
      'study takes no words besides its options, not "fast". Try likewise study --help.',
    ],
    [
      "no formula",
      ["match", "--data", "x.csv"],
      'match needs FORMULA: treatment ~ covariates, such as "programme ~ intake + size". Try likewise match --help.',
    ],
    ["no data", ["match", "a ~ b"], "--data is needed: the file with the table. Try likewise match --help."],
    [
      "pupils without schools",
      ["study", "--pupils", "p.csv"],
      "--schools and --pupils go together: --schools is not given. Try likewise study --help.",
    ],
    [
      "a seed for one's own tables",
      ["study", "--schools", "s.csv", "--pupils", "p.csv", "--seed", "2"],
      "--seed has no use here: the data are your own tables, not simulated. Try likewise study --help.",
    ],
    [
      "columns of simulated data",
      ["study", "--columns", '{"school":"URN"}'],
      "--columns has no use here: they are of tables of your own, which --schools and --pupils name. Try likewise study --help.",
    ],
    [
      "weights without a kind of pupil",
      ["fit", "y ~ 1", "--weights-kind", "sampling"],
      "--weights-kind is of --pupil-weights, which is not given. Try likewise fit --help.",
    ],
    [
      "a key without schools",
      ["fit", "y ~ 1", "--key", "URN"],
      "--key has no use here: it joins --schools, which is not given. Try likewise fit --help.",
    ],
  ];
  it.each(cases)("%s", async (_, words, sentence) => {
    expect(await likewise(words)).toEqual({ code: 2, out: "", err: `${sentence}\n` });
  });

  it("no command at all: the help, on stderr", async () => {
    const { code, out, err } = await likewise([]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("Commands\n  study");
  });
});

describe("what cannot be done has the exit code 1 and one sentence", () => {
  it("a missing file", async () => {
    const { code, out, err } = await likewise(["match", "a ~ b", "--data", "/nowhere/schools.csv"]);
    expect({ code, out, err }).toEqual({
      code: 1,
      out: "",
      err: 'Cannot read "/nowhere/schools.csv": it does not exist.\n',
    });
  });

  it("an option that is right by itself, but not with another", async () => {
    const { code, err } = await likewise([
      "simulate",
      "--world",
      "selection",
      "--truth",
      "engagement",
      "--out",
      "/nowhere/x",
    ]);
    expect(code).toBe(1);
    expect(err).toBe(
      'The option "truth" has no place in the world "selection", where designation has no effect. Leave it out.\n',
    );
  });
});

it("an error that is a bug is not taken for one of the user's", async () => {
  const broken = {
    now: () => 0,
    out: () => {
      throw new TypeError("broken pipe dream");
    },
  };
  await expect(likewise(["--version"], broken)).rejects.toThrow("broken pipe dream");
});

it("tells its version", async () => {
  expect(await likewise(["--version"])).toEqual({ code: 0, out: `${VERSION}\n`, err: "" });
});
