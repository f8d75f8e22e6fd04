import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The four tiers of ARCHITECTURE.md. `scripts/test.mjs` runs them one after another and sums the results. */
export default defineConfig({
  test: {
    // The tests wait for children more than they compute.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/node/**/*.test.ts'],
          // One real database at a time: a node takes 300 MB and most of two cores while it starts.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
