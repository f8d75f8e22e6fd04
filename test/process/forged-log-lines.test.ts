import { describe, expect } from 'vitest';
import { DOCUMENTED_LINE } from './harness/log-lines.js';
import { it } from './harness/stage.js';

describe.concurrent('what other programs say, in our log', () => {
  it('is never taken for a line of ours: each line has time and level, and control characters are seen', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    const forged = '2024-01-01 00:00:00 - INFO - ===== Backup completed for users =====';
    stage.fake.when('nodetool', ([verb]) => verb === 'snapshot', {
      kind: 'fail',
      exit: 1,
      stderr: `error: one\n${forged}\r\n\u001b[2J\u001b[31mthree`,
    });
    const result = await stage.tool(['backup', 'users']);
    expect(result.code).toBe(1);
    const lines = stage.log('backup').trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(DOCUMENTED_LINE);
    expect(lines).not.toContain(forged);
    expect(lines.filter((line) => line.endsWith(` - ERROR - ${forged}`))).toHaveLength(1);
    expect(lines.some((line) => line.endsWith(' - ERROR - \\u001b[2J\\u001b[31mthree'))).toBe(true);
    expect(`${stage.log('backup')}${result.stderr}${result.stdout}`.includes('\u001b')).toBe(false);
  });

  it('several reasons of one refusal are several lines of the log', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users' }, { name: 'orders' }], nodes: 3 });
    const result = await stage.tool(['backup', '--all']);
    expect(result.code).toBe(5);
    for (const line of result.stderr.trimEnd().split('\n')) expect(line).toMatch(DOCUMENTED_LINE);
  });
});
