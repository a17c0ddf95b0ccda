/** Nodes waiting with their labels, a rank and a number each: a binary heap, the least label first. */
export interface LabelQueue {
  readonly push: (rank: number, key: number, node: number) => void;
  /** Takes the first node out: its label is then in `rank` and `key`. −1 = none. */
  readonly pop: () => number;
  readonly clear: () => void;
  /** Of the node taken out last. */
  rank: number;
  key: number;
}

export function createLabelQueue(): LabelQueue {
  let ranks = new Uint8Array(1024);
  let keys = new Float64Array(1024);
  let nodes = new Int32Array(1024);
  let size = 0;
  const enlarge = (): void => {
    const [oldRanks, oldKeys, oldNodes] = [ranks, keys, nodes];
    ranks = new Uint8Array(2 * size);
    keys = new Float64Array(2 * size);
    nodes = new Int32Array(2 * size);
    ranks.set(oldRanks);
    keys.set(oldKeys);
    nodes.set(oldNodes);
  };
  const queue: LabelQueue = {
    rank: 0,
    key: 0,
    push(rank, key, node) {
      if (size === nodes.length) enlarge();
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (ranks[parent] < rank || (ranks[parent] === rank && keys[parent] <= key)) break;
        ranks[at] = ranks[parent];
        keys[at] = keys[parent];
        nodes[at] = nodes[parent];
        at = parent;
      }
      ranks[at] = rank;
      keys[at] = key;
      nodes[at] = node;
    },
    pop() {
      if (size === 0) return -1;
      const node = nodes[0];
      queue.rank = ranks[0];
      queue.key = keys[0];
      size--;
      const rank = ranks[size];
      const key = keys[size];
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        const right = child + 1;
        if (
          right < size &&
          (ranks[right] < ranks[child] || (ranks[right] === ranks[child] && keys[right] < keys[child]))
        ) {
          child = right;
        }
        if (rank < ranks[child] || (rank === ranks[child] && key <= keys[child])) break;
        ranks[at] = ranks[child];
        keys[at] = keys[child];
        nodes[at] = nodes[child];
        at = child;
      }
      ranks[at] = rank;
      keys[at] = key;
      nodes[at] = nodes[size];
      return node;
    },
    clear() {
      size = 0;
    },
  };
  return queue;
}
