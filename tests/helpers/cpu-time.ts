/**
 * CPU seconds of the faster of two runs. Not the clock on the wall: on a busy machine that also counts the turns of others.
 */
export function cpuSeconds(run: () => unknown): number {
  const times = [0, 1].map(() => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  });
  return Math.min(...times);
}

/**
 * How many times as long four times the units take: 4 to 5 for n log n, up to 7 where caches overflow, 16 for n².
 *
 * @param prepare - what to time on n units, made beforehand.
 */
export function growthOverFour(n: number, prepare: (n: number) => () => unknown): number {
  const small = prepare(n);
  // Both are timed as compiled code.
  small();
  return cpuSeconds(prepare(4 * n)) / cpuSeconds(small);
}
