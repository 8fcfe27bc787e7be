/** How much is tried, and from which seed: `GRAFT_FUZZ_CASES` and `GRAFT_FUZZ_SEED` say otherwise. */
export const fuzzCases = Number(process.env['GRAFT_FUZZ_CASES'] ?? 2000);
export const fuzzSeed = Number(process.env['GRAFT_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** Milliseconds for that many cases on a machine that is busy with something else. */
export const fuzzTimeout = 30_000 + 60 * fuzzCases;
