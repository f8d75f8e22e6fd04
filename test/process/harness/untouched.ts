import { expect } from 'vitest';
import type { ToolResult } from './running-tool.js';
import type { Stage } from './stage.js';
import { treeOf } from './tree.js';

/**
 * Runs the tool and proves that no table was touched, whatever it said: no call that removes, empties, makes or loads one, not
 * a file of the data directory another one, and every item there. What it may leave is a journal of the run.
 */
export async function expectUntouched(stage: Stage, run: () => Promise<ToolResult>): Promise<ToolResult> {
  const { fake } = stage;
  const state = () => ({ data: treeOf(fake.dataDirectory), changes: fake.calls.changes() });
  const before = state();
  const result = await run();
  expect(state(), result.stderr).toEqual(before);
  expect(result.stderr).not.toMatch(/\n\s+at .*\.js:\d+/);
  return result;
}

/** The lines that say why, without time and level. */
export const errorsOf = ({ stderr }: ToolResult): readonly string[] =>
  stderr.split('\n').flatMap((line) => / - ERROR - (.*)/.exec(line)?.[1] ?? []);
