import { describe, expect, it } from 'vitest';
import { notCompared, schemaDrift } from '../../../src/model/schema-drift.js';
import { optionsOf, type SchemaRecord } from '../../../src/model/schema-record.js';
import { plannedOptions } from '../../../src/model/planned-options.js';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { streamLogChanges } from '../../../src/model/option-changes.js';
import { withOptions } from '../../../src/cql/with-options.js';
import { describedAs, simpleTable } from '../../support/memory-schema.js';

const whole: SchemaRecord = {
  alternator: describedAs(simpleTable('users').input, 'x'),
  keyspace: new Map(),
  tablets: false,
  table: new Map(),
  views: new Map(),
  byCql: [],
  columns: [],
  grants: [],
};

describe('What cannot be compared', () => {
  it.each([
    ['alternator', 'keys, indexes, billing, tags, time to live and stream', true],
    ['tablets', 'vnodes or tablets', false],
    ['keyspace', 'options of the keyspace', true],
    ['table', 'options of the table', true],
    ['views', 'options of the views', true],
    ['byCql', 'indexes and views of CQL', true],
    ['columns', 'columns', true],
    ['grants', 'grants', false],
  ] as const)('%s, where one side does not tell, or neither', (part, name, alsoWhereNeither) => {
    const without = { ...whole, [part]: undefined };
    expect(notCompared(whole, without)).toEqual([name]);
    expect(notCompared(without, whole)).toEqual([name]);
    expect(notCompared(without, without)).toEqual(alsoWhereNeither ? [name] : []);
  });

  it('is nothing of two that tell all', () => {
    expect(notCompared(whole, whole)).toEqual([]);
  });
});

describe('A stream log', () => {
  const log = (grace: number, table = 'users') => ({
    ...whole,
    ...optionsOf([
      `CREATE TABLE alternator_users.users (pk text PRIMARY KEY);`,
      `ALTER TABLE alternator_users.users_scylla_cdc_log WITH comment = 'CDC log for alternator_${table}.${table}'\n AND gc_grace_seconds = ${grace};`,
    ]),
  });

  it('differs by its options, which go back by ALTER', () => {
    expect(schemaDrift(log(7), log(0))).toEqual(['stream log option gc_grace_seconds 7 → 0']);
    expect(streamLogChanges(log(7), log(0), { keyspace: 'alternator_users', table: 'users' })).toMatchObject([
      { statement: 'ALTER TABLE "alternator_users"."users_scylla_cdc_log" WITH gc_grace_seconds = 7' },
    ]);
  });

  it('does not differ by the name that its comment tells, nor where one side has no stream', () => {
    expect(schemaDrift(log(0), log(0, 'others'))).toEqual([]);
    expect(schemaDrift(log(7), whole)).toEqual([]);
  });
});

describe('The replication that a plan names', () => {
  const planned = (replication: string) =>
    plannedOptions(
      { ...whole, keyspace: withOptions(`CREATE KEYSPACE k WITH replication = ${replication};`) },
      undefined,
      {
        server: parseServerVersion('Scylla', '2025.4.0'),
        topology: { datacenter: 'dc1', nodes: { dc1: 3 } },
      },
    );
  const nts = (copies: string) => `{'class': 'NetworkTopologyStrategy', ${copies}}`;

  it.each([
    [nts(`'dc1': ['r1', 'r2', 'r3']`), true],
    [nts(`'dc1': '3', 'dc2': '3'`), false],
    [`{'class': 'SimpleStrategy', 'replication_factor': '3'}`, true],
  ])('%s', (replication, ringHoldsIt) => {
    expect(planned(replication)).toEqual([{ text: `keyspace replication = ${replication}`, ringHoldsIt }]);
  });

  it('is none where Alternator gives the same', () => {
    expect(planned(nts(`'dc1': '3'`))).toEqual([]);
  });
});
