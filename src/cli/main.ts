#!/usr/bin/env node
import { main } from "./command-line";
import { processIo } from "./process-io";

main(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});
