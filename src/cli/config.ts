import { dirname, resolve } from "node:path";
import { suggest } from "../errors/words";
import { readText } from "../node/read-text";
import { failUsage, flagName, type Given, type Option } from "./command";
import { isRecord, type Kind, objection, schemaOf } from "./kinds";

/** The options of a config file; paths in it are relative to its folder. */
export async function readConfig(path: string, options: readonly Option[]): Promise<Given> {
  const config = parseConfig(await readText(path), path);
  const complaint = configObjection(config, options);
  if (complaint !== null) failUsage(`"${path}": ${complaint}`);
  const { $schema: _, ...given } = config as Record<string, unknown>;
  return Object.fromEntries(
    options
      .filter(({ name }) => name in given)
      .map(({ name, kind }) => [name, isPath(kind) ? resolve(dirname(path), given[name] as string) : given[name]]),
  );
}

function isPath(kind: Kind): boolean {
  return kind.type === "text" && kind.isPath === true;
}

/** What is wrong with a config, in one sentence; null where nothing is. */
export function configObjection(config: unknown, options: readonly Option[]): string | null {
  if (!isRecord(config)) return 'A config is a JSON object, such as { "seed": 1, "scale": 0.2 }.';
  const known = configOptions(options);
  const names = known.map(({ name }) => name);
  for (const [name, value] of Object.entries(config)) {
    if (name === "$schema") {
      if (typeof value !== "string") return "$schema must be the path of a JSON schema.";
      continue;
    }
    const option = known.find((candidate) => candidate.name === name);
    if (option === undefined) {
      return options.some((candidate) => candidate.name === name)
        ? `"${name}" stands on the command line only, as --${flagName(name)}.`
        : `There is no option "${name}".${suggest(name, names, "options")}`;
    }
    const complaint = objection(option.kind, value, name);
    if (complaint !== null) return complaint;
  }
  return null;
}

function configOptions(options: readonly Option[]): Option[] {
  return options.filter(({ isLineOnly }) => !isLineOnly);
}

/** The JSON schema of a config of these options. */
export function configSchema(title: string, options: readonly Option[]): Record<string, unknown> {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title,
    type: "object",
    properties: {
      $schema: { type: "string", description: "The path of this schema, for editors." },
      ...Object.fromEntries(
        configOptions(options).map(({ name, kind, help, otherwise }) => [
          name,
          { ...schemaOf(kind), description: `${help}${otherwise === undefined ? "" : ` Otherwise ${otherwise}.`}` },
        ]),
      ),
    },
    additionalProperties: false,
  };
}

/** JSON, or a sentence that says where it ceases to be. */
function parseConfig(text: string, path: string): unknown {
  const content = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    return JSON.parse(content);
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const before = content.slice(0, position === undefined ? content.length : Number(position));
    const line = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    const what = /trailing comma|double-quoted/i.test((error as Error).message)
      ? ": a comma too many, or a name without quotes?"
      : ".";
    return failUsage(`"${path}" is not JSON: line ${line}, column ${column}${what}`);
  }
}
