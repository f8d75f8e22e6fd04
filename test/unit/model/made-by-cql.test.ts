import { describe, expect, it } from 'vitest';
import { cqlNameProblem } from '../../../src/model/cql-name.js';
import { keyspaceToMake } from '../../../src/model/keyspace-to-make.js';
import { canHold, fittingReplication } from '../../../src/model/ring-share.js';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { parseTableName } from '../../../src/model/table-name.js';

const one = { datacenter: 'dc1', nodes: { dc1: 1 } };
const five = { datacenter: 'dc1', nodes: { dc1: 3, dc2: 2 } };
const nts = (copies: string) =>
  `{'class': 'org.apache.cassandra.locator.NetworkTopologyStrategy', ${copies}}`;

describe('Names that CQL can make', () => {
  const problem = (length: number, version: string) =>
    cqlNameProblem(parseTableName('a'.repeat(length)), 'Scylla', parseServerVersion('Scylla', version));

  it('are 37 characters long up to 2025.1, and 181 since [cql-names-up-to-48]', () => {
    expect(problem(37, '2025.1.3')).toBeUndefined();
    expect(problem(38, '2025.1.3')).toMatch(
      /has 49 characters, and this server \(2025\.1\.3\) takes 48 at most/,
    );
    expect(problem(38, '2025.2.0')).toBeUndefined();
    expect(problem(181, '2025.2.0')).toBeUndefined();
    expect(problem(182, '2025.2.0')).toMatch(/takes 192 at most/);
  });

  it('are short where the server keeps its version to itself: it may be an old one', () => {
    expect(
      cqlNameProblem(parseTableName('a'.repeat(38)), 'Cassandra', parseServerVersion('Cassandra', '3.0.8')),
    ).toMatch(/takes 48 at most/);
  });
});

describe('What a ring can hold', () => {
  it.each([
    [nts(`'dc1': '3', 'dc2': '2'`), true],
    [nts(`'dc1': '4'`), false],
    [nts(`'dc1': '3', 'dc3': '1'`), false],
    [nts(`'dc1': ['r1', 'r2', 'r3']`), true],
    [nts(`'dc2': ['r1', 'r2', 'r3']`), false],
    [nts(`'replication_factor': 2`), true],
    [nts(`'replication_factor': 3`), false],
    [`{'class': 'SimpleStrategy', 'replication_factor': '5'}`, true],
    [`{'class': 'SimpleStrategy', 'replication_factor': '6'}`, false],
    [`{'class': 'EverywhereStrategy'}`, true],
  ])('%s: %s', (replication, holds) => {
    expect(canHold(replication, five)).toBe(holds);
  });

  it.each([
    [nts(`'dc1': '3', 'dc2': '2'`), nts(`'dc1': '1'`), one],
    [nts(`'dc3': '3'`), nts(`'dc1': '1'`), one],
    [nts(`'dc1': '3', 'dc2': '3'`), nts(`'dc1': '3', 'dc2': '2'`), five],
    [nts(`'dc1': ['r1', 'r2'], 'dc9': '3'`), nts(`'dc1': ['r1', 'r2']`), five],
    [
      `{'class': 'SimpleStrategy', 'replication_factor': '3'}`,
      `{'class': 'SimpleStrategy', 'replication_factor': '1'}`,
      one,
    ],
  ])('%s becomes %s', (replication, fitting, ring) => {
    expect(fittingReplication(replication, ring)).toBe(fitting);
    expect(canHold(fitting, ring)).toBe(true);
  });
});

describe('A keyspace that CQL makes', () => {
  const make = (statement: string, version: string, tablets: boolean | undefined, engine = 'Scylla') =>
    keyspaceToMake(statement, {
      engine,
      topology: one,
      target: { server: parseServerVersion(engine, version), tablets },
    });
  const SAVED = `CREATE KEYSPACE "k" WITH replication = ${nts(`'dc1': '1'`)} AND durable_writes = true;`;

  it('lies on what the table lay on, where its statement does not say (recorded cql 203, 204)', () => {
    expect(make(SAVED, '2025.1.0', false).statement).toBe(
      SAVED.replace(';', ` AND tablets = {'enabled': false};`),
    );
    expect(make(SAVED, '2025.1.0', true).statement).toContain(`AND tablets = {'enabled': true};`);
    for (const [version, tablets] of [
      ['2025.1.0', undefined],
      ['5.4.9', false],
    ] as const)
      expect(make(SAVED, version, tablets)).toEqual({ statement: SAVED, changes: [] });
    const told = SAVED.replace(';', ` AND tablets = {'enabled': true};`);
    expect(make(told, '2025.1.0', true)).toEqual({ statement: told, changes: [] });
    expect(make(SAVED, '5.0.0', false, 'Cassandra')).toEqual({ statement: SAVED, changes: [] });
  });

  it('has no clause that an older server does not know', () => {
    const told = SAVED.replace(';', ` AND tablets = {'enabled': false};`);
    expect(make(told, '5.4.9', false).statement).toBe(SAVED);
  });

  it('has as many copies as there are nodes for', () => {
    const three = SAVED.replace(`'dc1': '1'`, `'dc1': '3'`);
    const { statement, changes } = make(three, '5.4.9', undefined);
    expect(statement).toBe(SAVED);
    expect(changes).toEqual([
      {
        isLoss: true,
        text: expect.stringMatching(
          /'dc1': '3'\} becomes .*'dc1': '1'\}: this ring has not the nodes/,
        ) as string,
      },
    ]);
  });
});
