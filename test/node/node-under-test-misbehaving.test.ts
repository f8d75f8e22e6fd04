import { spawnSync } from 'node:child_process';
import { linkSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type NodeUnderTest } from '../node-under-test/index.js';
import { orders, ordersTable } from './harness/items.js';
import { openReader, type Reader } from './harness/reader.js';

/** Other tests build on these: each is looked at from outside, and `hits` must tell of it. */

const COUNT = 60;
/** A loaded machine takes so long for its first answer after a start. */
const SLOW_MS = 15_000;

describe('A node told to misbehave', () => {
  let node: NodeUnderTest;
  let reader: Reader;

  beforeAll(async () => {
    node = await startNode({ behaviour: { indexFillMs: 100 } });
    reader = openReader(node);
    await reader.createTable(ordersTable('source'));
    // Two SSTables.
    for (const half of [0, 1]) {
      await reader.put('source', [...orders(COUNT)].slice((half * COUNT) / 2, ((half + 1) * COUNT) / 2));
      expect(nodetool('flush', 'alternator_source').exit).toBe(0);
    }
    expect(nodetool('snapshot', '-t', 'whole', '-cf', 'source', '--', 'alternator_source').exit).toBe(0);
  });
  afterEach(() => node.misbehave({}));
  afterAll(async () => {
    reader.close();
    await node.stop();
  });

  function nodetool(...args: string[]): { exit: number | null; stdout: string; stderr: string } {
    const [program = '', ...before] = node.nodetool;
    const { status, stdout, stderr } = spawnSync(program, [...before, ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { exit: status, stdout, stderr };
  }
  const service = (verb: 'start' | 'stop' | 'status') =>
    spawnSync(node.service[verb][0] ?? '', node.service[verb].slice(1), { timeout: 60_000 }).status;
  const folder = (name: string) => {
    const keyspace = join(node.dataDirectory, `alternator_${name}`);
    const own = readdirSync(keyspace).find((entry) => new RegExp(`^${name}-[0-9a-f]{32}$`).test(entry));
    return join(keyspace, own ?? '');
  };
  const sstables = (name: string, below: string) =>
    readdirSync(join(folder(name), below)).filter((file) => file.endsWith('-Data.db'));

  /** An empty table with the SSTables of `source` in its upload/. */
  async function prepared(name: string): Promise<void> {
    await reader.createTable(ordersTable(name));
    const snapshot = join(folder('source'), 'snapshots', 'whole');
    for (const file of readdirSync(snapshot).filter((each) => /^\w+-.*\.(db|txt|crc32)$/.test(each)))
      linkSync(join(snapshot, file), join(folder(name), 'upload', file));
    expect(sstables(name, 'upload')).toHaveLength(2);
  }
  const refresh = (name: string) => nodetool('refresh', `alternator_${name}`, name);

  it('fills indexes seconds after refresh returned, ACTIVE all the time, staging/ not empty', async () => {
    await node.misbehave({ indexFillMs: 2500 });
    await prepared('slow');
    expect(refresh('slow').exit).toBe(0);
    const begin = Date.now();
    expect(await reader.count('slow')).toBe(COUNT);
    expect(await reader.count('slow', 'by-customer')).toBeLessThan(COUNT);
    expect(sstables('slow', 'staging')).not.toEqual([]);
    const { GlobalSecondaryIndexes = [] } = await reader.describe('slow');
    expect(GlobalSecondaryIndexes.map(({ IndexStatus }) => IndexStatus)).toEqual(['ACTIVE']);
    await until('staging/ is empty', () => sstables('slow', 'staging').length === 0);
    expect(Date.now() - begin).toBeGreaterThan(1500);
    expect(await reader.count('slow', 'by-customer')).toBe(COUNT);
  });

  it('deletes an upload whose TOC.txt was lost, with exit status 0', async () => {
    await prepared('unlisted');
    await node.misbehave({ faults: [{ on: 'refresh', does: 'lose the TOC', times: 1 }] });
    expect(refresh('unlisted')).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(folder('unlisted'), 'upload'))).toEqual([]);
    expect(await reader.count('unlisted')).toBe(0);
    expect(await node.hits()).toEqual(['refresh unlisted: lose the TOC']);
  });

  it('is already loading, so many times or so long, in the recorded words', async () => {
    await prepared('busy');
    await node.misbehave({ faults: [{ on: 'refresh', does: 'already loading', times: 2 }] });
    for (const attempt of [1, 2]) {
      const { exit, stderr } = refresh('busy');
      expect(exit, `attempt ${attempt}`).toBe(4);
      expect(stderr).toMatch(
        /with parameters \{"cf": "busy"\}: remote replied with status code 500 Internal Server Error:\nFailed to load new sstables: std::runtime_error \(Already loading SSTables\. Try again later\)\n$/,
      );
    }
    await node.misbehave({ faults: [{ on: 'refresh', does: 'already loading', forMs: 1000 }] });
    const begin = Date.now();
    let attempts = 0;
    await until('it loads', () => (attempts += 1) > 0 && refresh('busy').exit === 0);
    expect(Date.now() - begin).toBeGreaterThan(900);
    expect(attempts).toBeGreaterThan(1);
    expect(await reader.count('busy')).toBe(COUNT);
  });

  it('fails a refresh and changes nothing: exit status 4, every file in upload/', async () => {
    await prepared('failing');
    const before = readdirSync(join(folder('failing'), 'upload')).sort();
    await node.misbehave({ faults: [{ on: 'refresh', table: 'failing', does: 'refuse', times: 1 }] });
    const { exit, stderr } = refresh('failing');
    expect(exit).toBe(4);
    expect(stderr).toContain('\nFailed to load new sstables: ');
    expect(readdirSync(join(folder('failing'), 'upload')).sort()).toEqual(before);
    expect(await reader.count('failing')).toBe(0);
    expect(refresh('failing').exit).toBe(0);
    expect(await reader.count('failing')).toBe(COUNT);
  });

  it('dies half way through a refresh: exit status 1, half of the SSTables loaded, the rest in upload/', async () => {
    await prepared('half');
    await node.misbehave({ faults: [{ on: 'refresh', does: 'load half', times: 1 }] });
    expect(refresh('half').exit).toBe(1);
    expect(sstables('half', 'upload')).toHaveLength(1);
    expect(await reader.count('half')).toBe(COUNT / 2);
  });

  it('loads everything and loses the answer', async () => {
    await prepared('unheard');
    await node.misbehave({ faults: [{ on: 'refresh', done: true, does: 'refuse', times: 1 }] });
    expect(refresh('unheard').exit).toBe(4);
    expect(sstables('unheard', 'upload')).toEqual([]);
    expect(await reader.count('unheard')).toBe(COUNT);
  });

  it.each(['refusals', 'silence', 'errors'] as const)(
    'says NORMAL and serves nobody, by %s, until it is restarted',
    async (serves) => {
      await node.misbehave({ serves });
      const mode = (await (await fetch(`${node.rest}/storage_service/operation_mode`)).json()) as string;
      expect(mode).toBe('NORMAL');
      expect(service('status')).toBe(0);
      expect(nodetool('statusbinary').stdout).toBe('not running\n');
      expect(await health(node.endpoint)).toBe(
        { refusals: 'refused', silence: 'silent', errors: '500' }[serves],
      );
      expect(await port(node.cql)).toBe(serves === 'silence' ? 'silent' : 'refused');
      await node.misbehave({});
      expect(await health(node.endpoint)).not.toBe('200');
      expect(service('stop')).toBe(0);
      await node.start();
      expect(await health(node.endpoint, SLOW_MS)).toBe('200');
    },
  );

  it('says NORMAL and serves nobody after a restart too, if told so', async () => {
    await node.misbehave({ serves: 'silence', throughRestarts: true });
    expect(service('stop')).toBe(0);
    await node.start();
    expect(service('status')).toBe(0);
    expect(await health(node.endpoint)).toBe('silent');
    expect(await port(node.cql)).toBe('silent');
    expect(nodetool('statusgossip').stdout).toBe('not running\n');
    await node.misbehave({});
    expect(service('stop')).toBe(0);
    await node.start();
    expect(await health(node.endpoint, SLOW_MS)).toBe('200');
    expect(await reader.count('source')).toBe(COUNT);
  });

  it('answers 500 or nothing to some requests of one operation, done or not', async () => {
    const delivered = () =>
      reader.deleteTable('gone').then(
        () => 'done',
        (error: unknown) => nameOf(error),
      );
    await reader.createTable(ordersTable('gone'));
    // The SDK asks again after a 500.
    await node.misbehave({ faults: [{ on: 'DeleteTable', table: 'gone', does: 'refuse' }] });
    expect(await delivered()).toBe('InternalServerError');
    expect(await reader.describe('gone')).toMatchObject({ TableStatus: 'ACTIVE' });
    expect(new Set(await node.hits())).toEqual(new Set(['DeleteTable gone: refuse']));

    await node.misbehave({ faults: [{ on: 'DeleteTable', does: 'refuse', done: true, times: 1 }] });
    expect(await delivered()).toBe('ResourceNotFoundException');

    await node.misbehave({ faults: [{ on: 'ListTables', does: 'hang', after: 1, times: 1 }] });
    const list = () =>
      fetch(node.endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' },
        body: '{}',
        signal: AbortSignal.timeout(2000),
      }).then(
        ({ status }) => status,
        (error: unknown) => nameOf(error),
      );
    expect([await list(), await list(), await list()]).toEqual([200, 'TimeoutError', 200]);

    await node.misbehave({ faults: [{ on: 'GET /', does: 'refuse', times: 1 }] });
    expect([await health(node.endpoint, SLOW_MS), await health(node.endpoint, SLOW_MS)]).toEqual([
      '500',
      '200',
    ]);
  });

  it('goes down under a request or when refresh begins', async () => {
    await prepared('under');
    await node.misbehave({ faults: [{ on: 'DescribeTable', after: 1, does: 'stop' }] });
    const raw = () =>
      fetch(node.endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': 'DynamoDB_20120810.DescribeTable' },
        body: '{"TableName": "under"}',
      }).then(
        ({ status }) => status,
        () => 'cut',
      );
    expect([await raw(), await raw()]).toEqual([200, 'cut']);
    await until('it is stopped', () => service('status') === 3);
    expect(await node.hits()).toEqual(['DescribeTable under: stop']);
    await node.start();

    await node.misbehave({ faults: [{ on: 'refresh', does: 'kill', times: 1 }] });
    const { exit, stderr } = refresh('under');
    expect(exit).toBe(2);
    expect(stderr).toContain('Software caused connection abort');
    await until('it is dead', () => service('status') === 3);
    await node.start();
    expect(sstables('under', 'upload')).toHaveLength(2);
    expect(await reader.count('under')).toBe(0);
    expect(refresh('under').exit).toBe(0);
    expect(await reader.count('under')).toBe(COUNT);
  });
});

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

const health = (endpoint: string, withinMs = 700): Promise<string> =>
  fetch(endpoint, { signal: AbortSignal.timeout(withinMs) }).then(
    ({ status }) => String(status),
    (error: unknown) => (nameOf(error) === 'TimeoutError' ? 'silent' : 'refused'),
  );

/** What a driver that says hello would see. */
const port = ({ host, port: number }: { host: string; port: number }): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(number, host);
    const answer = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.on('error', () => {
      answer('refused');
    });
    // An OPTIONS frame of CQL, version 4.
    socket.on('connect', () => socket.write(Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0])));
    socket.on('data', () => {
      answer('answers');
    });
    setTimeout(() => {
      answer('silent');
    }, 700);
  });

async function until(what: string, isSo: () => boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
