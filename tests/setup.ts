import fc from "fast-check";

// `npm test` draws the same examples each time, so that a failure is one of the change at hand;
// `PROPERTY_SEED=random npm test` looks for new ones, and a number repeats a run.
const asked = process.env.PROPERTY_SEED ?? "20160131";
const seed = asked === "random" ? Math.trunc(performance.timeOrigin) % 2 ** 31 : Number(asked);
if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED must be an integer or "random", not "${asked}".`);
fc.configureGlobal({ seed });
