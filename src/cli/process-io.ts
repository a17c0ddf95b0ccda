import { type CommandIo, INTERRUPTIONS } from "./command";

/** The process as a command sees it. */
export function processIo(): CommandIo {
  // A reader that has seen enough, such as head, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  // Nor is a terminal that was closed.
  process.stderr.on("error", () => {});
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    width: process.stderr.columns ?? 80,
    onInterrupt: (callback) => {
      // Not once: npm passes Ctrl-C on, so that it comes twice, and the second must not cut the tidying short.
      for (const signal of INTERRUPTIONS) process.on(signal, callback);
      return () => {
        for (const signal of INTERRUPTIONS) process.removeListener(signal, callback);
      };
    },
    now: () => performance.now(),
  };
}
