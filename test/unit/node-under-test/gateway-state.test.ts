import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownTables } from '../../node-under-test/gateway/known-tables.js';
import { oneAtATime } from '../../node-under-test/gateway/one-at-a-time.js';
import { ringMembers } from '../../node-under-test/gateway/schema-agreement.js';
import { readState } from '../../node-under-test/gateway/state-file.js';
import { openState } from '../../node-under-test/gateway/state-store.js';
import { millisecondsOf, newTimeUuid } from '../../node-under-test/gateway/time-uuid.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-state-'));
  file = join(folder, 'state.json');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const TABLE = { keyspace: 'alternator_t', id: 'id 1', name: 't' };

describe('what the gateway remembers beside the database', () => {
  it('survives the process, and belongs to one incarnation of a table', () => {
    const store = openState(file);
    const view = { 't:i': { name: 'i', kind: 'global' } } as const;
    store.write(TABLE.keyspace, {
      ...store.read(TABLE),
      tags: { team: 'x' },
      ttlAttribute: 'exp',
      indexes: view,
    });
    expect(readState(file)[TABLE.keyspace]).toEqual(store.read(TABLE));
    expect(store.read(TABLE).tags).toEqual({ team: 'x' });
    expect(store.read({ ...TABLE, id: 'id 2' })).toEqual({
      id: 'id 2',
      name: 't',
      tags: {},
      tablets: false,
      indexes: {},
    });
    expect(knownTables(file)).toEqual([{ name: 't', indexes: [{ name: 'i', kind: 'global' }] }]);
  });

  it('is shared by gateways that name the same file', () => {
    const one = openState(file);
    const other = openState(join(folder, '.', 'state.json'));
    one.write(TABLE.keyspace, { ...one.read(TABLE), tags: { a: 'b' } });
    expect(other.read(TABLE).tags).toEqual({ a: 'b' });
    one.remove(TABLE.keyspace);
    expect(knownTables(file)).toEqual([]);
  });

  it('leaves nothing half written, and refuses a file that it did not write', () => {
    const store = openState(file);
    store.write(TABLE.keyspace, store.read(TABLE));
    expect(existsSync(`${file}.new`)).toBe(false);
    expect(readFileSync(file, 'utf8')).toMatch(/^\{[^]*\}\n$/);
    writeFileSync(file, '{"tables":[]}');
    expect(() => readState(file)).toThrow('is not a state file of this gateway');
    writeFileSync(file, '{"version":1,');
    expect(() => readState(file)).toThrow(SyntaxError);
  });

  it('is empty when there is no file, and says so when the file cannot be read', () => {
    expect(readState(file)).toEqual({});
    expect(() => readState(folder)).toThrow('EISDIR');
  });
});

describe('turns', () => {
  it('go one after another under one name, side by side under two, and on after a failure', async () => {
    const turns = oneAtATime();
    const log: string[] = [];
    const work = (name: string, ms: number) => async (): Promise<string> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      log.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
      return name;
    };
    const results = await Promise.allSettled([
      turns.run('x', work('a', 30)),
      turns.run('x', work('b', 5)),
      turns.run('x', work('c', 5)),
      turns.run('y', work('d', 5)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(log.filter((line) => !line.startsWith('d'))).toEqual([
      'a begins',
      'a ends',
      'b begins',
      'b ends',
      'c begins',
      'c ends',
    ]);
    expect(log.indexOf('d ends')).toBeLessThan(log.indexOf('a ends'));
  });
});

describe('agreement about the schema', () => {
  it('waits for the slowest node, and not for one that is down', async () => {
    const ring = ringMembers();
    let asked = 0;
    ring.join(async () => 'new');
    ring.join(async () => ((asked += 1) > 3 ? 'new' : 'old'));
    ring.join(async () => Promise.reject(new Error('down')));
    await ring.agree();
    expect(asked).toBe(4);
  });

  it('does not ask a node that has left', async () => {
    const ring = ringMembers();
    ring.join(async () => 'one');
    const leave = ring.join(async () => 'other');
    leave();
    await expect(ring.agree()).resolves.toBeUndefined();
  });
});

describe('version 1 UUIDs', () => {
  it('carry their time', () => {
    expect(new Date(millisecondsOf('09597920-e5c6-11f1-98ac-e2af9f5aa44f')).toISOString()).toMatch(
      /^2026-11-21T16:10:14/,
    );
    expect(Math.abs(millisecondsOf(newTimeUuid()) - Date.now())).toBeLessThan(1_000);
    expect(millisecondsOf('5bb4f513-c019-40f3-9ba7-533a33c9a1f3')).toBe(0);
  });
});
