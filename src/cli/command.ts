import { fail, isLikewiseError } from "../errors/error";
import type { Kind } from "./kinds";

/** Ctrl-C, what `kill` sends, and a terminal that is closed. */
export const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type Interruption = (typeof INTERRUPTIONS)[number];

/** Where a command reads and writes; the process behind it, or a test. */
export interface CommandIo {
  /** Results. */
  readonly out: (text: string) => void;
  /** Errors, and progress on a terminal. */
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, and its width. */
  readonly isTerminal: boolean;
  readonly width: number;
  /** Calls back on a signal that asks for the end, until the function it gives is called; at other times it ends the process. */
  readonly onInterrupt: (callback: (signal: Interruption) => void) => () => void;
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

/** Work that a signal stops in an orderly way, with an error of code `stopped` that knows the signal. */
export async function stoppable<T>(io: CommandIo, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = io.onInterrupt((signal) => controller.abort(signal));
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!isLikewiseError(error) || error.code !== "stopped") throw error;
    return fail("stopped", error.message, { ...error.details, signal: controller.signal.reason });
  } finally {
    release();
  }
}
