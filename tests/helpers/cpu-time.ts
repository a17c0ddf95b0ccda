/**
 * CPU seconds of the fastest of so many runs. Not the clock on the wall: on a busy machine that also counts the turns of others, and
 * what others leave of the caches still makes a run slower, never faster.
 */
export function cpuSeconds(run: () => unknown, runs = 2): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < runs; k++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

/**
 * How many times as long sixteen times the units take: 16 to 25 for n log n, up to 50 where caches overflow and others use them too,
 * 256 for n².
 *
 * @param prepare - what to time on n units, made beforehand.
 */
export function growthOverSixteen(n: number, prepare: (n: number) => () => unknown): number {
  const small = prepare(n);
  // Both are timed as compiled code.
  small();
  return cpuSeconds(prepare(16 * n), 3) / cpuSeconds(small, 5);
}
