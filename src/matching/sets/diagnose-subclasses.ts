import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { count, listSome } from "../../errors/words";

/** Units of one group that changed from one subclass, numbered from 1, to another. */
export interface Move {
  readonly arm: "treated" | "control";
  readonly from: number;
  readonly to: number;
  readonly units: number;
}

/** The moves between two divisions into classes from 0, by group and subclass. */
export function countMoves(before: Int32Array, after: Int32Array, treated: Uint8Array): Move[] {
  const moves = new Map<string, Move>();
  for (let row = 0; row < before.length; row++) {
    if (before[row] === after[row]) continue;
    const arm = treated[row] === 1 ? "treated" : "control";
    const [from, to] = [before[row] + 1, after[row] + 1];
    const key = `${arm} ${from} ${to}`;
    moves.set(key, { arm, from, to, units: (moves.get(key)?.units ?? 0) + 1 });
  }
  return [...moves.values()].sort((a, b) => b.arm.localeCompare(a.arm) || a.from - b.from || a.to - b.to);
}

/** Equal scores that left fewer subclasses than asked for. */
export function fewerSubclasses(subclasses: number, asked: number): Diagnostic[] {
  if (subclasses === asked) return [];
  return [
    diagnostic(
      "fewer-subclasses",
      "warning",
      `Equal scores leave ${count(subclasses, "subclass", "subclasses")} of the ${asked} asked for: quantiles that fall on one value make no class between them.`,
      { subclasses, asked },
    ),
  ];
}

/** Units that changed subclass so that each holds enough of both groups. */
export function unitsMoved(moves: readonly Move[], least: number): Diagnostic[] {
  if (moves.length === 0) return [];
  const total = (name: Move["arm"]): number =>
    moves.reduce((sum, { arm, units }) => sum + (arm === name ? units : 0), 0);
  const [treated, control] = [total("treated"), total("control")];
  const words = moves.map(({ arm, from, to, units }) => `${units} ${arm} from ${from} to ${to}`);
  return [
    diagnostic(
      "units-moved",
      "info",
      `${count(treated, "treated unit")} and ${count(control, "control unit")} moved to another subclass, so that each holds at least ` +
        `${least} of both groups (${listSome(words)}). Fewer subclasses would need fewer moves.`,
      { treated, control, least, moves },
    ),
  ];
}
