import type { CommandIo } from "./command";

export interface Progress {
  readonly update: (done: number, total: number, what?: string) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

const BAR = 24;
const BETWEEN_MS = 80;

/** A bar on a terminal, nothing elsewhere. */
export function progressBar(io: CommandIo, isQuiet: boolean): Progress {
  if (isQuiet || !io.isTerminal) return { update: () => {}, end: () => {} };
  const start = io.now();
  let shown = Number.NEGATIVE_INFINITY;
  return {
    update: (done, total, what = "") => {
      const now = io.now();
      if (now - shown < BETWEEN_MS && done < total) return;
      shown = now;
      const full = Math.round((BAR * done) / total);
      const percent = String(Math.floor((100 * done) / total)).padStart(3);
      const text = `${"█".repeat(full)}${"░".repeat(BAR - full)} ${percent} % ${left(start, now, done, total)} ${what}`;
      io.err(`\r\u001b[K${text.slice(0, Math.max(20, io.width - 1))}`);
    },
    end: () => io.err("\r\u001b[K"),
  };
}

/** The time that is left, should the rest go as the part that is done. */
function left(start: number, now: number, done: number, total: number): string {
  if (done === 0 || done === total || now - start < 1000) return "";
  const seconds = Math.round(((now - start) / 1000 / done) * (total - done));
  return seconds < 60 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`;
}
