import { constants } from "node:os";
import { isLikewiseError } from "../errors/error";
import { suggest } from "../errors/words";
import { VERSION } from "../version";
import { type Command, type CommandIo, failUsage, type Interruption, isUsageError } from "./command";
import { balance } from "./commands/balance";
import { fit } from "./commands/fit";
import { match } from "./commands/match";
import { recovery } from "./commands/recovery";
import { simulate } from "./commands/simulate";
import { study } from "./commands/study";
import { commandHelp, overallHelp } from "./help";
import { readLine } from "./read-options";

export const COMMANDS: readonly Command[] = [study, simulate, match, balance, fit, recovery];

/**
 * The `likewise` command: does what the words say, and gives the exit code.
 *
 * 0 done; 1 it could not be done, for a reason that stands in one sentence on `err`; 2 wrong use; 128 and the
 * signal's number where one ended it: 130 for Ctrl-C. Touches nothing but `io` and files.
 */
export async function main(words: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = words;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  try {
    if (command === undefined) return answer(name, io);
    if (asksForHelp(rest)) {
      io.out(commandHelp(command));
      return 0;
    }
    const { given, argument } = readLine(command, rest);
    await command.run(given, io, argument);
    return 0;
  } catch (error) {
    if (isUsageError(error)) {
      io.err(`${error.message} Try likewise ${command === undefined ? "" : `${command.name} `}--help.\n`);
      return 2;
    }
    if (!isLikewiseError(error)) throw error;
    if (error.code === "stopped") {
      io.err(`Interrupted. ${error.message}\n`);
      return 128 + constants.signals[error.details.signal as Interruption];
    }
    io.err(`${error.details.exists === true ? error.message.replace(/\.$/, " with --force.") : error.message}\n`);
    return 1;
  }
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end < 0 ? undefined : end).some((word) => word === "--help" || word === "-h");
}

/** What is said without a command. */
function answer(word: string | undefined, io: CommandIo): number {
  if (word === "--version" || word === "-v") io.out(`${VERSION}\n`);
  else if (word === "--help" || word === "-h" || word === "help") io.out(overallHelp(COMMANDS));
  else if (word === undefined) {
    io.err(overallHelp(COMMANDS));
    return 2;
  } else {
    const what = word.startsWith("-") ? "option" : "command";
    const known = what === "option" ? ["--help", "--version"] : COMMANDS.map(({ name }) => name);
    return failUsage(`There is no ${what} "${word}".${suggest(word, known, `${what}s`)}`);
  }
  return 0;
}
