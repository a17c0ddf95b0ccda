import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import type { Replication, ResolvedRecovery } from "../study/recovery-types";
import { VERSION } from "../version";
import { failToWrite } from "./write-files";

/** Finished replications in a file of JSON lines: first what was asked for, then one replication each. */
export interface RecoveryLog {
  /** Null for none. */
  readonly path: string | null;
  readonly records: readonly Replication[];
  readonly diagnostics: readonly Diagnostic[];
  /** One write per line: whatever interrupts leaves at most a last line without an end, which the next reader drops. */
  readonly append: (record: Replication) => void;
}

/** Opens a log to go on with, or begins one. Only the number of replications may differ from what it was begun with. */
export function openRecoveryLog(given: string | URL, options: ResolvedRecovery): RecoveryLog {
  const path = typeof given === "string" ? given : fileURLToPath(given);
  const onDisk = <T>(make: () => T): T => attemptOnDisk(path, make);
  const header = `${JSON.stringify(headerOf(options))}\n`;
  const text = onDisk(() => (existsSync(path) ? readFileSync(path, "utf8") : ""));
  const append = (record: Replication): void => onDisk(() => appendFileSync(path, `${JSON.stringify(record)}\n`));
  const end = text.lastIndexOf("\n") + 1;
  if (end === 0) {
    if (!header.startsWith(text)) failAt(path, 1, "is not the beginning of a record of recoverTruth");
    onDisk(() => appendFileSync(path, header.slice(text.length)));
    return { path, records: [], diagnostics: [], append };
  }
  const [first, ...lines] = text.slice(0, end - 1).split("\n");
  requireSame(path, parseLine(path, first, 1), headerOf(options));
  const records = lines.map((line, i) => replicationIn(path, line, i + 2));
  const truncated = text.slice(end);
  if (truncated === "") return { path, records, diagnostics: [], append };
  onDisk(() => truncateSync(path, Buffer.byteLength(text.slice(0, end))));
  return { path, records, diagnostics: [diagnoseTruncated(path, lines.length + 2)], append };
}

type Header = Readonly<Record<string, unknown>>;

function headerOf({ replications, ...options }: ResolvedRecovery): Header {
  return { kind: "recovery-log", version: VERSION, ...options };
}

function requireSame(path: string, found: Header, wanted: Header): void {
  if (found.kind !== wanted.kind) failAt(path, 1, "is not the beginning of a record of recoverTruth");
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const other = names.find((name) => sorted(found[name]) !== sorted(wanted[name]));
  if (other === undefined) return;
  fail(
    "invalid-argument",
    `"${path}" holds replications with another ${other}: ${sorted(found[other])} there, ${sorted(wanted[other])} now. Resume with the same options, or name another file.`,
    { path, option: other },
  );
}

/** As JSON with its keys in order, so that two ways to write the same options are the same. */
function sorted(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return text ?? "nothing";
}

function replicationIn(path: string, line: string, number: number): Replication {
  const record = parseLine(path, line, number);
  if (record.kind !== "replication") failAt(path, number, "is not a replication");
  return record as unknown as Replication;
}

function parseLine(path: string, line: string, number: number): Header {
  try {
    return Object(JSON.parse(line)) as Header;
  } catch {
    return failAt(path, number, "is not JSON");
  }
}

function failAt(path: string, line: number, what: string): never {
  return fail(
    "file",
    `"${path}", line ${line} ${what}. Name the file of an earlier run, or one that does not exist yet.`,
    {
      path,
      line,
    },
  );
}

function diagnoseTruncated(path: string, line: number): Diagnostic {
  return diagnostic(
    "record-truncated",
    "info",
    `"${path}" broke off within line ${line}; that replication was run again.`,
    { path, line },
  );
}

function attemptOnDisk<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    return failToWrite(path, error, { ENOENT: "its folder does not exist; make it first" });
  }
}
