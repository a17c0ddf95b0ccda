// Runs the worker from its source, which Node cannot read by itself. Not part of the package.
import { register } from "tsx/esm/api";

register();
await import("./study-worker.ts");
