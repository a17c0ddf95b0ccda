import type { Kind } from "./kinds";

/** Where a command reads and writes; the process behind it, or a test. */
export interface CommandIo {
  /** Results. */
  readonly out: (text: string) => void;
  /** Errors, and progress on a terminal. */
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, and its width. */
  readonly isTerminal: boolean;
  readonly width: number;
  /** Calls back on Ctrl-C, until the function it gives is called; at other times Ctrl-C ends the process. */
  readonly onInterrupt: (callback: () => void) => () => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** One option of a command: on the command line `--key-stages`, in a config `keyStages`. */
export interface Option {
  readonly name: string;
  readonly kind: Kind;
  readonly help: string;
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string;
  /** What holds without it, in words. */
  readonly otherwise?: string;
  /** Only on the command line. */
  readonly isLineOnly?: boolean;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

/** The options that were given, checked against their kinds. */
export type Given = Readonly<Record<string, unknown>>;

export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What it does, in a few lines. */
  readonly description: string;
  /** The word that stands after the command's name. */
  readonly argument?: { readonly name: string; readonly help: string };
  readonly groups: readonly OptionGroup[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly notes?: readonly string[];
  readonly run: (given: Given, io: CommandIo, argument: string) => Promise<void>;
}

export function optionsOf(command: Command): Option[] {
  return command.groups.flatMap(({ options }) => options);
}

/** `keyStages` on the command line: `key-stages`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Wrong use of the command line or a config: exit code 2. */
export function failUsage(message: string): never {
  throw Object.assign(new Error(message), { name: "UsageError" });
}

export function isUsageError(error: unknown): error is Error {
  return (error as Error | null)?.name === "UsageError";
}

/** Work that Ctrl-C stops in an orderly way, with an error of code `stopped`: exit code 130. */
export async function stoppable<T>(io: CommandIo, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = io.onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}
