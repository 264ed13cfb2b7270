import fc from "fast-check";

// A property that fails once in a hundred seeds must not fail on a change that has nothing to do with it: what is
// run with every change is the same every time. `npm run soak -- properties` looks at other seeds.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.PROPERTY_SEED ?? 1) });
