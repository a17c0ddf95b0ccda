import type { Workload } from "../workload";
import { balance } from "./balance";
import { logistic } from "./logistic";
import { mixed, mixedTests } from "./mixed";
import { nearestEasy, nearestHard } from "./nearest";

export const WORKLOADS: readonly Workload[] = [logistic, nearestEasy, nearestHard, balance, mixed, mixedTests];
