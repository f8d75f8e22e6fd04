import { spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** Skips the test, saying why in the last lines of `npm test`, where a program of other people is not installed. */
export function needProgram(program: string, skip: TestContext['skip']): void {
  const { status } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
  skip(status !== 0, `there is no ${program} on this machine (.ci/run installs it)`);
}
