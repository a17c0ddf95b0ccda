/** Seconds by stage. */
export interface Stopwatch {
  /** The time since the last lap belongs to this stage. */
  readonly lap: (stage: string) => void;
  /** `12.3 s (data 0.4, study 11.1, report 0.8)` */
  readonly text: () => string;
}

export function stopwatch(now: () => number): Stopwatch {
  const start = now();
  const laps: [stage: string, until: number][] = [];
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
  return {
    lap: (stage) => laps.push([stage, now()]),
    text: () => {
      const stages = laps.map(([stage, until], k) => `${stage} ${seconds(k === 0 ? start : laps[k - 1][1], until)}`);
      return `${seconds(start, laps.at(-1)?.[1] ?? start)} s (${stages.join(", ")})`;
    },
  };
}
