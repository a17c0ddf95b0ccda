import { parseArgs } from "node:util";
import { suggest } from "../errors/words";
import { type Command, failUsage, flagName, type Given, type Option, optionsOf } from "./command";
import { fromText, objection } from "./kinds";

/** The words after a command's name: its options, checked, and its argument. */
export function readLine(command: Command, words: readonly string[]): { given: Given; argument: string } {
  const options = new Map(optionsOf(command).map((option) => [flagName(option.name), option]));
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries([
      ...Array.from(
        options,
        ([name, { kind }]) => [name, { type: kind.type === "flag" ? "boolean" : "string" }] as const,
      ),
      ["help", { type: "boolean", short: "h" }] as const,
    ]),
    strict: false,
    tokens: true,
  });
  const given: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = options.get(token.name) ?? failUnknown(token.rawName, [...options.keys()]);
    if (option.name in given) failUsage(`${token.rawName} is given twice.`);
    given[option.name] = readValue(option, token);
  }
  return { given, argument: readArgument(command, positionals) };
}

function failUnknown(rawName: string, known: readonly string[]): never {
  const hint = suggest(rawName.replace(/^-+/, ""), known, "options").replace(/"([^"]+)"/, "--$1");
  return failUsage(`There is no option ${rawName}.${hint.startsWith(" Did") ? hint : ""}`);
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string;
  readonly inlineValue?: boolean;
}

function readValue({ kind }: Option, { rawName, value, inlineValue }: OptionToken): unknown {
  if (kind.type === "flag") {
    if (value !== undefined) failUsage(`${rawName} takes no value.`);
    return true;
  }
  if (value === undefined || (!inlineValue && value.startsWith("--"))) failUsage(`${rawName} needs a value.`);
  const read = fromText(kind, value);
  const complaint = objection(kind, read, rawName);
  return complaint === null ? read : failUsage(complaint);
}

function readArgument({ name, argument }: Command, words: readonly string[]): string {
  const wanted = argument === undefined ? 0 : 1;
  if (words.length > wanted) {
    failUsage(`${name} takes ${wanted === 0 ? "no words" : "one word"} besides its options, not "${words[wanted]}".`);
  }
  if (words.length < wanted) failUsage(`${name} needs ${argument!.name}: ${argument!.help}.`);
  return words[0] ?? "";
}

/** Options that exclude each other. */
export function refuseTogether(given: Given, why: string, names: readonly string[]): void {
  const found = names.filter((name) => name in given).map((name) => `--${flagName(name)}`);
  if (found.length > 0) failUsage(`${found.join(", ")} ${found.length === 1 ? "has" : "have"} no use here: ${why}.`);
}
