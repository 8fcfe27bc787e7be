import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What a person's own Graft keeps, of measurements say, is nothing to go by in a test; most have a home of their own. */
const env = { GRAFT_HOME: join(tmpdir(), `graft-tests-${process.pid}`) };

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    reporters: ['default', join(import.meta.dirname, 'support/closing-line.ts')],
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
          // Long enough for a laptop that is busy with something else; no test waits for time to pass.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'engine',
          env,
          include: ['test/gradcheck/**/*.test.ts', 'test/engine/**/*.test.ts', 'test/onnx-suite/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
