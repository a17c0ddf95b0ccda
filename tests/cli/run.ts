import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandIo } from "../../src/cli/command";
import { main } from "../../src/cli/command-line";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command in this process, with what it printed. */
export async function likewise(words: readonly string[], changes: Partial<CommandIo> = {}): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await main(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    width: 80,
    onInterrupt: () => () => {},
    now: () => performance.now(),
    ...changes,
  });
  return { code, out, err };
}

/** A folder of its own, removed after the test. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "likewise-cli-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A line as a shell splits it. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare);
}
