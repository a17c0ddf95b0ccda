import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { inFolder } from "./run";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

it("SIGINT while files are written leaves none of them, and the exit code 130", () =>
  inFolder(async (folder) => {
    const out = join(folder, "england");
    const child = spawn(process.execPath, ["--import", tsx, main, "simulate", "--scale", "0.2", "--out", out]);
    let err = "";
    child.stderr.on("data", (data) => {
      err += data;
    });
    const ended = new Promise<[code: number | null, signal: string | null]>((resolve) => {
      child.on("exit", (code, signal) => resolve([code, signal]));
    });
    // The temporary folder shows that writing has begun.
    const isWriting = (): boolean =>
      existsSync(out) && readdirSync(out).some((name) => existsSync(join(out, name, "pupils.csv")));
    while (!isWriting() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    expect(err).toBe("Interrupted. Writing was stopped; nothing was written.\n");
    expect(readdirSync(folder)).toEqual([]);
  }));
