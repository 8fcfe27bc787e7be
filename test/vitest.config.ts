import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { testHome } from './support/home.ts';

/** What Node compiles is kept from one run of the tests to the next: they start some hundred processes. */
const compiled = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/graft/compiled') };
const env = { GRAFT_HOME: testHome, ...compiled };
const home = join(import.meta.dirname, 'support/home.ts');
/** Tests that take long and hardly ever fail: a project of their own, for `npm run test:all`. */
const slow = 'test/{engine,gradcheck,onnx-suite}/**/*.slow.test.ts';

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    // Tests wait for processes and disks as often as for a processor.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', join(import.meta.dirname, 'support/closing-line.ts')],
    projects: [
      {
        test: {
          name: 'unit',
          env,
          globalSetup: [home],
          include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
          // Long enough for a laptop that is busy with something else; no test waits for time to pass.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'engine',
          env,
          globalSetup: [home],
          include: ['test/gradcheck/**/*.test.ts', 'test/engine/**/*.test.ts'],
          exclude: [...configDefaults.exclude, slow],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'slow',
          env,
          globalSetup: [home],
          include: [slow],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'privacy',
          include: ['test/privacy/**/*.test.ts'],
          testTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'endurance',
          include: ['test/endurance/**/*.test.ts'],
          testTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          env: compiled,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
