import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { inFolder } from "./run";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const LIKEWISE = [process.execPath, "--import", tsx, main];

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly err: string;
}

/** A process of its own, and how it ended. */
function start(
  command: string,
  words: readonly string[],
  env = process.env,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"], env });
  let err = "";
  child.stderr.on("data", (data) => {
    err += data;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, err }));
  });
  return { child, ended };
}

describe("a command that is ended while it writes leaves nothing", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("by %s, with the exit code %i, be it sent twice", (signal, code) =>
    inFolder(async (folder) => {
      const out = join(folder, "england");
      const [node, ...words] = LIKEWISE;
      const { child, ended } = start(node, [...words, "simulate", "--scale", "0.2", "--out", out]);
      // The temporary folder shows that writing has begun.
      const isWriting = (): boolean =>
        existsSync(out) && readdirSync(out).some((name) => existsSync(join(out, name, "pupils.csv")));
      while (!isWriting() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
      child.kill(signal);
      child.kill(signal);
      expect(await ended).toEqual({
        code,
        signal: null,
        err: "Interrupted. Writing was stopped; nothing was written.\n",
      });
      expect(readdirSync(folder)).toEqual([]);
    }),
  );

  it("by a disk that takes no more, with the exit code 1", () =>
    inFolder(async (folder) => {
      const out = join(folder, "england");
      // A limit for the size of files, in blocks of at most a kilobyte, fails in the middle of a write as a full disk does.
      const limited = ["-c", 'ulimit -f 64 && exec "$@"', "sh", ...LIKEWISE];
      const env = { ...process.env, TSX_DISABLE_CACHE: "1" };
      const { ended } = start("sh", [...limited, "simulate", "--scale", "0.05", "--out", out], env);
      expect(await ended).toEqual({
        code: 1,
        signal: null,
        err: `Cannot write "${join(out, "schools.csv")}": it would be larger than a file may be here.\n`,
      });
      expect(readdirSync(folder)).toEqual([]);
    }));
});
