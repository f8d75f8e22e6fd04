import { describe, expect, it } from 'vitest';
import { freeLabel, isLabel, localDate } from '../../../src/model/label.js';
import { newRunId } from '../../../src/model/run-id.js';
import { formatSize } from '../../../src/model/size.js';
import { isOurTag, snapshotTag } from '../../../src/model/snapshot-tag.js';
import { isTableName, keyspaceOf, parseTableName, parseTableNames } from '../../../src/model/table-name.js';

describe('A table name', () => {
  it.each(['users', 'Users', 'a.b', '-abc', '...', '-.-.-.', '.0-Usertable_Backup', 'a'.repeat(222)])(
    'may be %j',
    (name) => {
      expect(parseTableName(name)).toBe(name);
    },
  );

  it.each(['', '..', 'ab', 'a/b', 'x;y', '../../etc', 'a b', 'a:b', 'žluť', 'users\n', 'a'.repeat(223)])(
    'may not be %j (T-59)',
    (name) => {
      expect(isTableName(name)).toBe(false);
      expect(() => parseTableName(name)).toThrow(expect.objectContaining({ kind: 'usage' }));
    },
  );

  it('is the same table when it is given twice', () => {
    expect(parseTableNames(['users', 'orders', 'users'])).toEqual(['users', 'orders']);
  });

  it('is told from one that differs in case', () => {
    expect(parseTableNames(['users', 'Users'])).toEqual(['users', 'Users']);
    expect(keyspaceOf(parseTableName('Users'))).toBe('alternator_Users');
  });

  it('is refused together with all others that are wrong, without what would move the cursor', () => {
    expect(() => parseTableNames(['users', 'a/b', '\u001b[2Jx'])).toThrow(
      "'a/b' is not a table name\n'?[2Jx' is not a",
    );
  });
});

describe('A label', () => {
  const users = parseTableName('users');
  const date = new Date(2026, 10, 21, 23, 59);
  const one = { scope: { kind: 'tables', tables: [users] }, date, type: 'full' } as const;

  it('is the table, the selection or all, the local day and the type', () => {
    expect(freeLabel(one, new Set())).toBe('users_20261121_full');
    const two = { ...one, scope: { kind: 'tables', tables: [users, parseTableName('orders')] } } as const;
    expect(freeLabel(two, new Set())).toBe('selection_20261121_full');
    expect(freeLabel({ ...one, scope: { kind: 'all' } }, new Set())).toBe('all_20261121_full');
    expect(localDate(new Date(2026, 0, 5))).toBe('20260105');
  });

  it('takes the first number that is free', () => {
    expect(freeLabel(one, new Set(['users_20261121_full']))).toBe('users_20261121_full_r1');
    expect(freeLabel(one, new Set(['users_20261121_full', 'users_20261121_full_r1']))).toBe(
      'users_20261121_full_r2',
    );
  });

  it('is one path segment', () => {
    expect(isLabel('users_20261121_full_r1')).toBe(true);
    expect(['..', '.', 'a/b', '', 'x y'].filter(isLabel)).toEqual([]);
  });
});

describe('A snapshot tag', () => {
  it('is ours by its beginning, of few characters and not long', () => {
    const tag = snapshotTag('1a2b3c4d', newRunId(new Date('2026-11-21T14:30:15.123Z')));
    expect(tag).toMatch(/^altbk_1a2b3c4d_20261121T143015-[0-9a-f]{6}$/);
    expect(tag.length).toBeLessThanOrEqual(64);
    expect(isOurTag(tag)).toBe(true);
    expect(['1733313018', '../evil', 'altbk_../x', `altbk_${'x'.repeat(59)}`].filter(isOurTag)).toEqual([]);
  });

  it('differs between two runs within one second (T-27)', () => {
    const now = new Date();
    expect(newRunId(now)).not.toBe(newRunId(now));
  });
});

describe('What people read', () => {
  it('counts bytes in the units of their tools', () => {
    expect([0, 1, 1023, 1024, 1_300_000, 5 * 2 ** 30, 3 * 2 ** 40].map(formatSize)).toEqual([
      '0 bytes',
      '1 bytes',
      '1023 bytes',
      '1.0 KiB',
      '1.2 MiB',
      '5.0 GiB',
      '3.0 TiB',
    ]);
  });
});
