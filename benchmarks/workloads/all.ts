import type { Workload } from "../workload";
import { balance } from "./balance";
import { logistic } from "./logistic";
import { matchings } from "./matching";
import { mixedModels } from "./mixed";
import { nearestEasy, nearestHard } from "./nearest";

export const WORKLOADS: readonly Workload[] = [
  logistic,
  nearestEasy,
  nearestHard,
  balance,
  ...matchings,
  ...mixedModels,
];
