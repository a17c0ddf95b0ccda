import { type Command, flagName, type Option } from "./command";

const WIDTH = 100;

/** The help of one command. */
export function commandHelp(command: Command): string {
  const { name, summary, description, argument, groups, examples, notes = [] } = command;
  const usage = `likewise ${name} ${argument === undefined ? "" : `${argument.name} `}[options]`;
  const needs = argument === undefined ? [] : [`${argument.name} is ${argument.help}.`];
  const column = 2 + Math.max(...groups.flatMap(({ options }) => options.map((option) => heading(option).length)));
  return [
    `${usage}\n\n${wrap(summary, 0)}`,
    wrap([description, ...needs].join(" "), 0),
    "Defaults stand in [brackets]; lists are separated by commas.",
    ...groups.map(({ title, options }) => `${title}\n${options.map((option) => line(option, column)).join("\n")}`),
    `Examples\n${examples.map(([example, what]) => `${wrap(`# ${what}`, 2, "  ")}\n  ${example}`).join("\n")}`,
    ...notes.map((note) => wrap(note, 0)),
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

function heading({ name, kind, value }: Option): string {
  return `  --${flagName(name)}${kind.type === "flag" ? "" : ` ${value ?? "VALUE"}`}`;
}

function line(option: Option, column: number): string {
  const otherwise = option.otherwise === undefined ? "" : ` [${option.otherwise}]`;
  return heading(option).padEnd(column) + wrap(`${option.help}${otherwise}`, column).trimStart();
}

/** Text in lines, the second and later ones indented; the first too where `first` says by what. */
function wrap(text: string, indent: number, first = ""): string {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    if (current !== "" && indent + current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return first + [...lines, current].join(`\n${" ".repeat(indent)}`);
}

/** The help of all. */
export function overallHelp(commands: readonly Command[]): string {
  const column = 2 + Math.max(...commands.map(({ name }) => name.length));
  return `likewise COMMAND [options]

Compare like with like: matched groups of schools, multilevel models of their pupils.

Commands
${commands.map(({ name, summary }) => `  ${name.padEnd(column)}${summary}`).join("\n")}

Options
  --help, -h     this text; after a command, its own
  --version, -v  the version of likewise

Examples
  likewise study --scale 0.2 --school-covariates intake,fsm
  likewise simulate --scale 0.05 --out england
  likewise match "programme ~ intake + size" --data schools.csv --caliper 0.2 --out matched.csv
  likewise fit "outcome ~ prior + (1 | school)" --data england/pupils.csv

Exit codes
  0 done, 1 it could not be done (one sentence on stderr says why), 2 wrong options or config,
  130 interrupted by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP
`;
}
