import { describe, expect, it } from 'vitest';
import { exitCodeOf, summaryLines, type TableOutcome } from '../../../src/model/outcome.js';
import { parseTableName } from '../../../src/model/table-name.js';

const done = (name: string): TableOutcome => ({ table: parseTableName(name), result: 'done' });
const failed = (name: string, before: 'untouched' | 'put back' | 'lost' = 'untouched'): TableOutcome => ({
  table: parseTableName(name),
  result: 'failed',
  error: 'no',
  kind: 'program',
  before,
});
const skipped = (name: string): TableOutcome => ({
  table: parseTableName(name),
  result: 'skipped',
  reason: 'CQL',
});

describe('The summary', () => {
  it('is the documented block (B-61)', () => {
    expect(summaryLines('Backup', [done('users'), done('orders'), done('products')]).join('\n'))
      .toBe(`${'='.repeat(60)}
Backup Summary:
  ✅ Successful: 3
  ❌ Failed: 0
  📊 Total: 3
${'='.repeat(60)}`);
  });

  it('names the failed tables before the closing rule (B-62, R-71)', () => {
    expect(summaryLines('Restore', [done('users'), failed('orders'), done('products')]).join('\n'))
      .toBe(`${'='.repeat(60)}
Restore Summary:
  ✅ Successful: 2
  ❌ Failed: 1
  📊 Total: 3

Failed tables:
  - orders
${'='.repeat(60)}`);
  });

  it('counts what was part of the job (B-64)', () => {
    expect(summaryLines('Backup', [done('users'), skipped('viacql')])).toContain('  📊 Total: 1');
  });
});

describe('The exit status of a run', () => {
  it.each([
    [0, [done('users'), skipped('viacql')]],
    [1, [done('users'), failed('orders')]],
    [1, [failed('orders', 'put back')]],
    [8, [done('users'), failed('orders'), failed('products', 'lost')]],
  ])('is %i', (code, outcomes) => {
    expect(exitCodeOf(outcomes)).toBe(code);
  });
});
