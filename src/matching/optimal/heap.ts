/** A binary heap of runs, the least (key, sign × tie) first. Keys lie in heap order, so that comparisons read neighbours. */
export interface Heap {
  readonly key: Float64Array;
  readonly run: Int32Array;
  /** Tie of each run, read only where keys are equal. */
  readonly tie: Int32Array;
  readonly sign: 1 | -1;
  size: number;
}

export function createHeap(capacity: number, tie: Int32Array, sign: 1 | -1): Heap {
  return { key: new Float64Array(capacity), run: new Int32Array(capacity), tie, sign, size: 0 };
}

export function pushHeap(heap: Heap, newKey: number, newRun: number): void {
  const { key, run, tie, sign } = heap;
  let slot = heap.size++;
  while (slot > 0) {
    const parent = (slot - 1) >> 1;
    if (key[parent] < newKey) break;
    if (key[parent] === newKey && sign * tie[run[parent]] <= sign * tie[newRun]) break;
    key[slot] = key[parent];
    run[slot] = run[parent];
    slot = parent;
  }
  key[slot] = newKey;
  run[slot] = newRun;
}

export function popHeap(heap: Heap): void {
  const { key, run, tie, sign } = heap;
  const size = --heap.size;
  const lastKey = key[size];
  const lastRun = run[size];
  let slot = 0;
  for (let child = 1; child < size; child = 2 * slot + 1) {
    const other = child + 1;
    if (other < size) {
      if (key[other] < key[child]) child = other;
      else if (key[other] === key[child] && sign * tie[run[other]] < sign * tie[run[child]]) child = other;
    }
    if (key[child] > lastKey) break;
    if (key[child] === lastKey && sign * tie[run[child]] >= sign * tie[lastRun]) break;
    key[slot] = key[child];
    run[slot] = run[child];
    slot = child;
  }
  key[slot] = lastKey;
  run[slot] = lastRun;
}
