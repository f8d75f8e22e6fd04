import { expect } from 'vitest';
import type { Stage, ToolOptions } from './stage.js';

export interface Refusal {
  readonly args: readonly string[];
  readonly options?: ToolOptions;
  readonly code: number;
  /** What standard error must say of it: what, why, and what next. */
  readonly says: readonly (string | RegExp)[];
}

/**
 * Runs the tool and expects it to refuse: with this exit status and these words, no stack, and nothing changed, neither in the
 * store, nor on the node's disk, nor by a call.
 */
export async function expectRefused(stage: Stage, { args, options, code, says }: Refusal): Promise<void> {
  const [trees, calls] = [stage.trees(), stage.fake.calls.changes()];
  const result = await stage.tool(args, options);
  const what = args.join(' ');
  expect(result.code, `${what}\n${result.stderr}`).toBe(code);
  for (const words of says) expect(result.stderr, what).toMatch(words);
  expect(result.stderr, what).not.toMatch(/\n\s+at .*\.js:\d+/);
  expect(stage.fake.calls.changes(), what).toEqual(calls);
  expect(stage.trees(), what).toEqual(trees);
}
