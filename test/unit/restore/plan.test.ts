import { describe, expect, it } from 'vitest';
import type { NodeIdentity } from '../../../src/engine/engine.js';
import { keyspaceOf, parseTableName } from '../../../src/model/table-name.js';
import type { Described } from '../../../src/model/table-record.js';
import { describePlan } from '../../../src/restore/describe-plan.js';
import { planRestore, type FoundSource, type TableFacts } from '../../../src/restore/plan.js';
import type { RestoreRequest } from '../../../src/restore/request.js';
import type { SavedSchema } from '../../../src/restore/saved-schema.js';
import { columnsOf, describedAs, simpleTable, statementsOf } from '../../support/memory-schema.js';
import { manifestFor } from '../../support/backup-fixture.js';

const one: NodeIdentity = {
  engine: 'Scylla',
  version: '2025.1.0',
  hostId: 'h',
  address: '127.0.0.1',
  rack: 'r',
  topology: { datacenter: 'dc1', nodes: { dc1: 1 } },
  nodeCount: 1,
  racks: 1,
};
const three: NodeIdentity = { ...one, topology: { datacenter: 'dc1', nodes: { dc1: 3 } }, nodeCount: 3 };
const request: RestoreRequest = {
  tables: 'all',
  from: undefined,
  offline: false,
  schema: 'alternator',
  nodeLocalOnly: false,
  check: 'sample',
  noTableOptions: false,
  strictViews: false,
  as: undefined,
  replace: false,
  recreate: false,
  noSafetyCopy: false,
};

const { input } = simpleTable('users');
const alternator = describedAs(input, '3c81fb00-e5c7-11f1-aab3-5f7f350319c0');
const cql: SavedSchema['cql'] = {
  layout: 'separated',
  keyspace: undefined,
  table: ['CREATE TABLE "alternator_users"."users" (pk text PRIMARY KEY)'],
  indexes: [],
  views: [],
  leftOut: [],
};

const unknownRecord: SavedSchema['record'] = {
  alternator,
  keyspace: undefined,
  tablets: undefined,
  table: undefined,
  views: undefined,
  byCql: undefined,
  columns: undefined,
  grants: undefined,
};

function backup(
  change: { readonly whole?: boolean; readonly saved?: Partial<SavedSchema> } = {},
): FoundSource {
  const archive = { name: 'users_backup.tar.gz', size: 1, sha256: 'a'.repeat(64), entries: [] };
  const manifest = manifestFor({ table: 'users', label: 'users_20261121_full', directory: '' }, archive);
  return {
    source: {
      kind: 'backup',
      backup: {
        kind: 'manifest',
        table: parseTableName('users'),
        folder: '/backups/users',
        archive: '/backups/users/users_backup.tar.gz',
        label: 'users_20261121_full',
        manifest: { ...manifest, table: { ...manifest.table, whole: change.whole ?? true }, checksum: 'x' },
      },
    },
    saved: { alternator, cql, record: unknownRecord, ...change.saved },
  };
}

function live(copies = '1', tablets = false): Described {
  const name = parseTableName('users');
  return {
    kind: 'table',
    record: {
      name,
      keyspace: keyspaceOf(name),
      id: '3c81fb00-e5c7-11f1-aab3-5f7f350319c0',
      schema: alternator,
      replication: { class: 'NetworkTopologyStrategy', dc1: copies },
      keyspaceStatement: '',
      statements: statementsOf(input),
      columns: columnsOf(input),
      tablets,
      grants: [],
    },
  };
}

function plan(facts: Partial<TableFacts> = {}, change: Partial<RestoreRequest> = {}, node = one) {
  const table = { name: parseTableName('users'), found: backup(), live: live(), neighbours: [], ...facts };
  return planRestore({ ...request, ...change }, { node, tables: [table], runId: 'run', now: new Date(0) });
}
const step = (...args: Parameters<typeof plan>) => plan(...args).steps[0];

describe('What a restore will do', () => {
  it('is to create a table that is not there, and to recreate one that is', () => {
    expect(step({ live: { kind: 'missing' } })).toMatchObject({
      action: 'create',
      way: 'alternator',
      stream: false,
    });
    expect(step()).toMatchObject({ action: 'recreate', way: 'alternator', live: { name: 'users' } });
  });

  it('is shown before anybody agrees', () => {
    expect(describePlan(plan())).toEqual([
      '  DELETE the present table users and restore it from backup users_20261121_full (1 bytes, finished 2026-11-21T10:00:00.000Z)',
      '    it gets a new id',
      '    a copy of the present table is kept: alternator-backup undo puts it back',
      '    what was written after 2026-11-21T10:00:00.000Z is not in it',
    ]);
    expect(describePlan(plan({ live: { kind: 'missing' } }, { schema: 'cql' }))[0]).toMatch(
      /^ {2}create users .*, schema by CQL$/,
    );
  });

  it('is to send rows to their owners where there are several nodes, or tablets', () => {
    expect(step({ live: live('3') }, {}, three)).toMatchObject({ stream: true });
    expect(step({ live: live('1', true) })).toMatchObject({ stream: true });
  });

  it('is to go by CQL when told, or when the backup has nothing else', () => {
    expect(step({}, { schema: 'cql' })).toMatchObject({ way: 'cql' });
    expect(step({ found: backup({ saved: { alternator: undefined } }) })).toMatchObject({ way: 'cql' });
  });
});

describe('What a restore will not do', () => {
  const refused = (reason: RegExp) => ({ action: 'fail', reason: expect.stringMatching(reason) as string });

  it.each<[string, Partial<TableFacts>, Partial<RestoreRequest>, NodeIdentity, RegExp]>([
    [
      'without a backup',
      { found: { problem: 'Backup folder x does not exist', kind: 'missing' } },
      {},
      one,
      /^Backup folder x/,
    ],
    ['over a plain CQL table', { live: { kind: 'plain CQL' } }, {}, one, /plain CQL table/],
    ['when other tables would go along', { neighbours: ['mine'] }, {}, one, /also holds mine/],
    ["of one node's share", { found: backup({ whole: false }) }, {}, one, /only one node's share/],
    [
      'when the present table cannot be copied here: this node has only a share of it',
      { live: live('1') },
      {},
      three,
      /no safety copy of it could be made here/,
    ],
    [
      'by CQL without a statement',
      { found: backup({ saved: { cql: { problem: 'Schema file x does not exist' } } }) },
      { schema: 'cql' },
      one,
      /^Schema file x/,
    ],
  ])('%s', (_, facts, change, node, reason) => {
    expect(step(facts, change, node)).toMatchObject(refused(reason));
  });

  it('by CQL with a name that Scylla takes from nobody (C208, C213)', () => {
    const name = parseTableName('my-table');
    expect(step({ name }, { schema: 'cql' })).toMatchObject(refused(/cannot be made by CQL/));
    expect(step({ name }, { schema: 'cql' }, { ...one, engine: 'Cassandra' })).toMatchObject({ way: 'cql' });
    expect(step({ name })).toMatchObject({ way: 'alternator' });
  });

  it('unless told, as far as it is about shares', () => {
    const told = { nodeLocalOnly: true };
    expect(step({ found: backup({ whole: false }) }, told)).toMatchObject({ action: 'recreate' });
    expect(step({ live: live('1') }, told, three)).toMatchObject({ action: 'recreate' });
  });
});
