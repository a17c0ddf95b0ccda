import type { CommandIo } from "./command";

/** The process as a command sees it. */
export function processIo(): CommandIo {
  // A reader that has seen enough, such as head, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    width: process.stderr.columns ?? 80,
    onInterrupt: (callback) => {
      process.once("SIGINT", callback);
      return () => process.removeListener("SIGINT", callback);
    },
    now: () => performance.now(),
  };
}
