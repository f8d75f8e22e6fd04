import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { KnownError } from '../../../src/errors.js';
import type { Grant } from '../../../src/model/grant.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { workbench, type Ran, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const ALL = ['ALTER', 'AUTHORIZE', 'DROP', 'MODIFY', 'SELECT'];

const onTable = (role: string, permissions: readonly string[]): Grant => ({
  role,
  on: { kind: 'table', name: 'users' },
  permissions,
});
const onKeyspace = (role: string, permissions: readonly string[]): Grant => ({
  role,
  on: { kind: 'keyspace' },
  permissions,
});

async function backedUp(grants: readonly Grant[]): Promise<Workbench> {
  const bench = await workbench();
  await bench.fill('users', 3);
  bench.engine.change('users', (record) => ({ ...record, grants }));
  const { result } = await bench.backup({ tables: ['users'] });
  if (result !== 0) throw new Error(`backup gave ${String(result)}`);
  return bench;
}

/** A table made anew on a server that gives these grants to a new table by itself. */
const restoredWith = (
  bench: Workbench,
  given: readonly Grant[],
  engine: Partial<Engine> = {},
): Promise<Ran> =>
  bench.restore(
    { tables: ['users'], yes: true, recreate: true },
    {
      engine: {
        untilReady: async (name) => {
          bench.engine.change('users', (record) => ({ ...record, grants: given }));
          return bench.engine.untilReady(name);
        },
        ...engine,
      },
    },
  );

const warnings = ({ log }: Ran) => log().filter((line) => line.startsWith('WARNING'));
const grantsNow = async (bench: Workbench) => {
  const described = await bench.engine.describe(users);
  return described.kind === 'table' ? described.record.grants : undefined;
};

describe('Grants after a restore', () => {
  it('what the server gives to the role that restores is told, and no drift', async () => {
    const bench = await backedUp([onTable('owner', ALL), onTable('ops', ['SELECT'])]);
    const ran = await restoredWith(bench, [onTable('ops', ALL)]);
    expect(warnings(ran)).toEqual([]);
    expect(ran.result).toBe(0);
    expect(ran.log()).toContain(
      'INFO - The server gave ALTER, AUTHORIZE, DROP, MODIFY to role ops on users, as to whoever makes a table',
    );
    expect(await grantsNow(bench)).toEqual([onTable('ops', ALL), onTable('owner', ALL)]);
    // The backup and the live table are not the same all the same, and whoever asks is told.
    const diff = await bench.diff({ table: 'users' });
    expect(diff.said()).toContain(
      '  grants of role ops on users: SELECT → ALTER, AUTHORIZE, DROP, MODIFY, SELECT\n',
    );
    expect(diff.result).toBe(1);
  });

  it('what outlived the table on its keyspace and the backup does not know is drift: exit 3', async () => {
    const bench = await backedUp([onTable('owner', ALL)]);
    const ran = await restoredWith(bench, [onTable('owner', ALL), onKeyspace('later', ['SELECT'])]);
    expect(warnings(ran)).toEqual([
      'WARNING - settings drift: users: grants of role later on the keyspace: none → SELECT',
    ]);
    expect(ran.result).toBe(3);
  });

  it('grants that a backup does not know are neither given nor compared', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    bench.engine.change('users', (record) => ({ ...record, grants: undefined }));
    await bench.backup({ tables: ['users'] });
    const ran = await restoredWith(bench, [onTable('ops', ALL)]);
    expect(ran.log().join('\n')).not.toMatch(/The server gave|Granted|granted|settings drift/);
    expect(await grantsNow(bench)).toEqual([onTable('ops', ALL)]);
  });

  it('a description that fails after the data is there takes nothing away: all is set, and told (exit 3)', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.engine.setTimeToLive(users, 'expires');
    bench.engine.change('users', (record) => ({ ...record, grants: [onTable('owner', ALL)] }));
    await bench.backup({ tables: ['users'] });
    let loaded = false;
    const ran = await restoredWith(bench, [], {
      refresh: async (record, options) => {
        await bench.engine.refresh(record, options);
        loaded = true;
      },
      describe: async (name) => {
        if (loaded) throw new KnownError('unavailable', 'no answer');
        return bench.engine.describe(name);
      },
    });
    expect(warnings(ran)).toEqual([
      'WARNING - The settings of users could not be read: no answer',
      'WARNING - What roles may do with users could not be read: no answer',
      'WARNING - The schema of users could not be compared: no answer',
    ]);
    expect(ran.result).toBe(3);
    expect(bench.engine.items('users').size).toBe(3);
    expect(await grantsNow(bench)).toEqual([onTable('owner', ALL)]);
    expect(await bench.engine.describe(users)).toMatchObject({
      record: { schema: { ttl: { AttributeName: 'expires' } } },
    });
  });
});
