import { performance } from "node:perf_hooks";
import { fixed, type Table, text } from "../../src/display/table";
import { simulateSchools } from "../../src/synthetic/simulate";

const MIB = 2 ** 20;

/** Draws every pupil of the country in chunks: time, speed, and the memory of the process as it goes. */
export function timeNational(): Table {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const simulated = simulateSchools({ seed: 1 });
  const built = performance.now();
  let rows = 0;
  const memory: number[] = [];
  for (const chunk of simulated.pupils.chunks()) {
    rows += chunk.rows;
    memory.push(process.memoryUsage().rss / MIB);
  }
  const seconds = (performance.now() - built) / 1000;
  return {
    kind: "table",
    title: "The country in chunks of 250 schools",
    columns: [
      { name: "figure", format: text },
      { name: "value", format: fixed(2) },
    ],
    rows: [
      ["schools, thousands", simulated.schools.rows / 1e3],
      ["seconds for schools and programme", (built - started) / 1000],
      ["pupil records, millions", rows / 1e6],
      ["seconds for pupils", seconds],
      ["million pupils per second", rows / seconds / 1e6],
      ["processor seconds in all", process.cpuUsage(cpu).user / 1e6],
      ["memory at most, MiB", Math.max(...memory)],
      ["memory after a tenth of the chunks, MiB", memory[Math.floor(memory.length / 10)]],
      ["memory at the end, MiB", memory[memory.length - 1]],
    ],
  };
}
