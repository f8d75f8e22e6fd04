import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'cassandra-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledFolder } from '../node-under-test/build.js';
import { startNode, type NodeAddresses, type NodeUnderTest } from '../node-under-test/index.js';
import { api, createOrders, scanCounts } from './replay/shims/tables.js';
import type { RingDescription } from '../node-under-test/supervisor-messages.js';

/**
 * Other tests believe what this rig shows them. Here the rig is asked whether it deserves that. Everything is looked at
 * through plain CQL, the file system and /proc.
 */

/** Longer than filling would take by itself, also on a slow machine. */
const FILL_MS = 1500;
const VIEW = 'by-g';

const connect = ({ cql }: NodeAddresses): Client =>
  new Client({
    contactPoints: [cql.host],
    localDataCenter: cql.datacenter,
    protocolOptions: { port: cql.port },
    isMetadataSyncEnabled: false,
  });

async function createTable(client: Client, name: string): Promise<void> {
  const replication = `{'class': 'NetworkTopologyStrategy', 'datacenter1': 1}`;
  const table = `"alternator_${name}"."${name}"`;
  await client.execute(`CREATE KEYSPACE "alternator_${name}" WITH replication = ${replication}`);
  await client.execute(
    `CREATE TABLE ${table} (pk text, sk text, g text, ":attrs" map<text, blob>, PRIMARY KEY (pk, sk))`,
  );
  await client.execute(
    `CREATE MATERIALIZED VIEW "alternator_${name}"."${name}:${VIEW}" AS SELECT * FROM ${table}
     WHERE g IS NOT NULL AND pk IS NOT NULL AND sk IS NOT NULL PRIMARY KEY (g, pk, sk)`,
  );
}

async function write(client: Client, name: string, rows: number, g = 'g'): Promise<void> {
  const statement = `INSERT INTO "alternator_${name}"."${name}" (pk, sk, g, ":attrs") VALUES (?, ?, ?, ?)`;
  for (let row = 0; row < rows; row++) {
    const values = [`p${row % 20}`, `s${row}`, `${g}${row % 3}`, { a: Buffer.from(`value ${row}`) }];
    await client.execute(statement, values, { prepare: true });
  }
}

const count = async (client: Client, name: string, table: string): Promise<number> =>
  Number((await client.execute(`SELECT count(*) AS n FROM "alternator_${name}"."${table}"`)).first()['n']);

function tableDirectory({ dataDirectory }: NodeAddresses, name: string): string {
  const folder = join(dataDirectory, `alternator_${name}`);
  const found = readdirSync(folder).find((entry) => new RegExp(`^${name}-[0-9a-f]{32}$`).test(entry));
  if (found === undefined) throw new Error(`no directory of ${name} in ${folder}`);
  return join(folder, found);
}

function nodetool(
  node: NodeAddresses,
  ...args: string[]
): { exit: number | null; stdout: string; stderr: string } {
  const [program = '', ...before] = node.nodetool;
  const { status, stdout, stderr } = spawnSync(program, [...before, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { exit: status, stdout, stderr };
}

function service(node: NodeAddresses, verb: 'start' | 'stop' | 'status'): number | null {
  const [program = '', ...args] = node.service[verb];
  return spawnSync(program, args, { timeout: 60_000 }).status;
}

/** Links a snapshot of one table into the upload/ of another, and loads it. */
function loadSnapshot(
  node: NodeAddresses,
  tag: string,
  from: string,
  to: string,
  ...options: string[]
): void {
  const source = join(tableDirectory(node, from), 'snapshots', tag);
  for (const file of readdirSync(source))
    linkSync(join(source, file), join(tableDirectory(node, to), 'upload', file));
  expect(nodetool(node, 'refresh', `alternator_${to}`, to, ...options)).toEqual({
    exit: 0,
    stdout: '',
    stderr: '',
  });
}

const staged = (node: NodeAddresses, name: string) =>
  readdirSync(join(tableDirectory(node, name), 'staging'));

async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const refuses = async (address: string) =>
  fetch(address).then(
    () => false,
    () => true,
  );

/** Items as texts, sorted; the order of members and of the elements of sets says nothing. */
const comparable = (items: readonly unknown[]): readonly string[] =>
  items.map((item) => inOrder(item)).sort();

function inOrder(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOrder).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => {
    const isSet = ['SS', 'NS', 'BS'].includes(name) && Array.isArray(member);
    return `${name}:${inOrder(isSet ? [...(member as unknown[])].sort() : member)}`;
  });
  return `{${members.sort().join()}}`;
}

const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** Processes that have this folder on their command line: the databases of a ring. */
function databasesOf(root: string): number[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).filter((pid) => {
    const file = `/proc/${pid}/cmdline`;
    return existsSync(file) && readFileSync(file, 'utf8').includes(`cassandra.storagedir=${root}`);
  });
}

describe('one node', () => {
  let node: NodeUnderTest;
  let client: Client;

  beforeAll(async () => {
    node = await startNode({ behaviour: { indexFillMs: FILL_MS } });
    client = connect(node);
    await createTable(client, 'source');
    await write(client, 'source', 200);
    expect(nodetool(node, 'snapshot', '-t', 'whole', 'alternator_source/source').exit).toBe(0);
  });

  afterAll(async () => {
    await client.shutdown();
    await node.stop();
  });

  /** Resolves when the node serves; the driver's own way back to a node that was down takes seconds. */
  async function restart(): Promise<void> {
    await node.start();
    await client.shutdown();
    client = connect(node);
  }

  it('gives a table that CQL made its upload/ and staging/ at once, views too', async () => {
    await createTable(client, 'plain');
    const made = readdirSync(join(node.dataDirectory, 'alternator_plain'));
    expect(made).toHaveLength(2);
    for (const directory of made) {
      expect(readdirSync(join(node.dataDirectory, 'alternator_plain', directory)).sort()).toEqual([
        'staging',
        'upload',
      ]);
    }
  });

  it('freezes a snapshot in hard links that later writes do not reach', async () => {
    await createTable(client, 'frozen');
    await write(client, 'frozen', 5);
    nodetool(node, 'snapshot', '-t', 'five', 'alternator_frozen/frozen');
    await write(client, 'frozen', 50);
    await createTable(client, 'thawed');
    loadSnapshot(node, 'five', 'frozen', 'thawed');
    expect(await count(client, 'thawed', 'thawed')).toBe(5);
  });

  for (const mode of [[], ['--load-and-stream']]) {
    const how = mode.length === 0 ? 'refresh' : 'refresh with load and stream';
    it(`fills the base table before ${how} returns and the views after it`, async () => {
      const name = mode.length === 0 ? 'local' : 'streamed';
      await createTable(client, name);
      loadSnapshot(node, 'whole', 'source', name, ...mode);

      expect(await count(client, name, name)).toBe(200);
      expect(staged(node, name)).not.toEqual([]);
      expect(await count(client, name, `${name}:${VIEW}`)).toBeLessThan(200);
      expect(readdirSync(join(tableDirectory(node, name), 'upload')).sort()).toEqual([
        'manifest.json',
        'schema.cql',
      ]);

      await until('staging/ is empty', () => staged(node, name).length === 0);
      expect(await count(client, name, `${name}:${VIEW}`)).toBe(200);
    });
  }

  it('takes as long over the views as it was told to', async () => {
    await createTable(client, 'slow');
    loadSnapshot(node, 'whole', 'source', 'slow');
    const begin = Date.now();
    await until('staging/ is empty', () => staged(node, 'slow').length === 0);
    // The load itself is over a little before nodetool has ended.
    expect(Date.now() - begin).toBeGreaterThan(FILL_MS - 500);
  });

  it('loads write times and deletions as they were', async () => {
    await createTable(client, 'times');
    const table = `"alternator_times"."times"`;
    await client.execute(`INSERT INTO ${table} (pk, sk, g) VALUES ('p', 'kept', 'x') USING TIMESTAMP 1000`);
    await client.execute(`INSERT INTO ${table} (pk, sk, g) VALUES ('p', 'gone', 'x') USING TIMESTAMP 1000`);
    await client.execute(`DELETE FROM ${table} USING TIMESTAMP 3000 WHERE pk = 'p' AND sk = 'gone'`);
    await client.execute(`DELETE FROM ${table} USING TIMESTAMP 3000 WHERE pk = 'all gone'`);
    nodetool(node, 'snapshot', '-t', 't', 'alternator_times/times');
    await createTable(client, 'later');
    loadSnapshot(node, 't', 'times', 'later');

    const later = `"alternator_later"."later"`;
    const kept = await client.execute(
      `SELECT writetime(g) AS t FROM ${later} WHERE pk = 'p' AND sk = 'kept'`,
    );
    expect(Number(kept.first()['t'])).toBe(1000);
    for (const key of [`'p', 'gone'`, `'all gone', 'x'`]) {
      await client.execute(`INSERT INTO ${later} (pk, sk, g) VALUES (${key}, 'old') USING TIMESTAMP 2000`);
    }
    expect(await count(client, 'later', 'later')).toBe(1);
  });

  it('merges a load into a table in use by write time, in the views too', async () => {
    await createTable(client, 'used');
    const table = `"alternator_used"."used"`;
    const put = (sk: string, g: string, time: number) =>
      client.execute(
        `INSERT INTO ${table} (pk, sk, g) VALUES ('p', '${sk}', '${g}') USING TIMESTAMP ${time}`,
      );
    await put('changed later', 'backup', 1000);
    await put('changed before', 'backup', 3000);
    nodetool(node, 'snapshot', '-t', 'b', 'alternator_used/used');
    await client.execute(`TRUNCATE ${table}`);
    await put('changed later', 'live', 2000);
    await put('changed before', 'live', 2000);
    loadSnapshot(node, 'b', 'used', 'used');
    await until('staging/ is empty', () => staged(node, 'used').length === 0);

    for (const from of [table, `"alternator_used"."used:${VIEW}"`]) {
      const { rows } = await client.execute(`SELECT sk, g FROM ${from}`);
      const found = rows.map((row) => `${String(row['sk'])}: ${String(row['g'])}`).sort();
      expect(found).toEqual(['changed before: backup', 'changed later: live']);
    }
  });

  it('goes on filling the views after a kill -9 in the middle of it', async () => {
    await createTable(client, 'cut');
    loadSnapshot(node, 'whole', 'source', 'cut');
    await node.kill();
    expect(staged(node, 'cut')).not.toEqual([]);
    await restart();
    await until('staging/ is empty', () => staged(node, 'cut').length === 0);
    expect(await count(client, 'cut', 'cut')).toBe(200);
    expect(await count(client, 'cut', `cut:${VIEW}`)).toBe(200);
  });

  it('keeps rows through a kill -9 and refuses everywhere while the database is down', async () => {
    await createTable(client, 'kept');
    await write(client, 'kept', 30);
    await node.kill();
    expect(databasesOf(node.root)).toEqual([]);
    expect(await refuses(node.rest)).toBe(true);
    expect(await refuses(node.endpoint)).toBe(true);
    expect(nodetool(node, 'status').exit).toBe(2);
    await restart();
    expect(await refuses(node.endpoint)).toBe(false);
    expect(await count(client, 'kept', 'kept')).toBe(30);
    expect(await count(client, 'kept', `kept:${VIEW}`)).toBe(30);
  });

  it('stops and starts like a service: start returns before anything answers', async () => {
    expect(service(node, 'status')).toBe(0);
    expect(service(node, 'stop')).toBe(0);
    expect(service(node, 'status')).toBe(3);
    expect(databasesOf(node.root)).toEqual([]);
    expect(await refuses(node.rest)).toBe(true);
    expect(service(node, 'stop')).toBe(0);

    expect(service(node, 'start')).toBe(0);
    expect(service(node, 'status')).toBe(0);
    expect(await refuses(node.endpoint)).toBe(true);
    expect(service(node, 'start')).toBe(0);
    await until('the API answers', async () => !(await refuses(node.endpoint)));
    await restart();
    expect(await count(client, 'source', 'source')).toBe(200);
  });

  it('reads what a real Scylla wrote: every item and both indexes', async () => {
    const snapshot = join(import.meta.dirname, '../fixtures/scylla-2025.1/snapshots/orders');
    await createOrders(node, 'orders', true);
    const upload = join(tableDirectory(node, 'orders'), 'upload');
    for (const file of readdirSync(join(snapshot, 'base')))
      copyFileSync(join(snapshot, 'base', file), join(upload, file));
    expect(nodetool(node, 'refresh', 'alternator_orders', 'orders').stderr).toBe('');
    expect(readdirSync(upload).sort()).toEqual(['manifest.json', 'schema.cql']);

    const { items } = JSON.parse(readFileSync(join(snapshot, 'items.json'), 'utf8')) as {
      items: readonly unknown[];
    };
    const scan = await api(node, 'Scan', { TableName: 'orders' });
    expect(comparable(scan['Items'] as readonly unknown[])).toEqual(comparable(items));
    await until('staging/ is empty', () => staged(node, 'orders').length === 0);
    expect(await scanCounts(node, 'orders', ['by-customer', 'by-status'])).toEqual({
      scan: 200,
      'scan by-customer': 200,
      'scan by-status': 200,
    });
  });

  it('refuses files with a column that the table lacks, and drops rows with other key columns', async () => {
    const source = join(tableDirectory(node, 'source'), 'snapshots', 'whole');
    const into = async (name: string, columns: string) => {
      const replication = `{'class': 'NetworkTopologyStrategy', 'datacenter1': 1}`;
      await client.execute(`CREATE KEYSPACE "alternator_${name}" WITH replication = ${replication}`);
      await client.execute(`CREATE TABLE "alternator_${name}"."${name}" (${columns})`);
      const upload = join(tableDirectory(node, name), 'upload');
      for (const file of readdirSync(source)) linkSync(join(source, file), join(upload, file));
      return nodetool(node, 'refresh', `alternator_${name}`, name);
    };
    const refused = await into('narrow', 'pk text, sk text, ":attrs" map<text, blob>, PRIMARY KEY (pk, sk)');
    expect(refused.exit).toBe(4);
    expect(refused.stderr).toMatch(
      /::malformed_sstable_exception \(Failed to read partition from SSTable \S+\/upload\/\S+-Data\.db due to Column g missing in current schema\)\n$/,
    );
    expect(await count(client, 'narrow', 'narrow')).toBe(0);

    const dropped = await into('flat', 'pk text PRIMARY KEY, g text, ":attrs" map<text, blob>');
    expect(dropped).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(await count(client, 'flat', 'flat')).toBe(0);
  });

  it('does not boot with a foreign file in a table directory, and does once it is gone', async () => {
    const file = join(tableDirectory(node, 'source'), 'README.txt');
    service(node, 'stop');
    writeFileSync(file, 'hello');
    expect(service(node, 'start')).toBe(1);
    expect(service(node, 'status')).toBe(3);
    rmSync(file);
    await restart();
    expect(await count(client, 'source', 'source')).toBe(200);
  });

  it('loads files that were put into the table directory while it was down, but no views', async () => {
    await createTable(client, 'placed');
    service(node, 'stop');
    const source = join(tableDirectory(node, 'source'), 'snapshots', 'whole');
    for (const file of readdirSync(source))
      copyFileSync(join(source, file), join(tableDirectory(node, 'placed'), file));
    await restart();
    expect(await count(client, 'placed', 'placed')).toBe(200);
    expect(await count(client, 'placed', `placed:${VIEW}`)).toBe(0);
  });

  it("keeps a snapshot of what TRUNCATE removes, under Scylla's name", async () => {
    await createTable(client, 'cleared');
    await write(client, 'cleared', 10);
    await client.execute('TRUNCATE "alternator_cleared"."cleared"');
    const tags = readdirSync(join(tableDirectory(node, 'cleared'), 'snapshots'));
    expect(tags).toEqual([expect.stringMatching(/^\d{13}-cleared$/)]);
    expect(await count(client, 'cleared', `cleared:${VIEW}`)).toBe(0);
    await createTable(client, 'saved');
    loadSnapshot(node, tags[0] ?? '', 'cleared', 'saved');
    expect(await count(client, 'saved', 'saved')).toBe(10);
  });

  it('leaves no directory of a dropped table, except one with snapshots', async () => {
    await createTable(client, 'dropped');
    nodetool(node, 'snapshot', '-t', 'x', 'alternator_dropped/dropped');
    await client.execute(`DROP MATERIALIZED VIEW "alternator_dropped"."dropped:${VIEW}"`);
    await client.execute('DROP TABLE "alternator_dropped"."dropped"');
    const folder = join(node.dataDirectory, 'alternator_dropped');
    await until('one directory is left', () => readdirSync(folder).length === 1);
    await until('only snapshots/ are left', () => readdirSync(tableDirectory(node, 'dropped')).length === 1);
    expect(readdirSync(tableDirectory(node, 'dropped'))).toEqual(['snapshots']);
    nodetool(node, 'clearsnapshot', '-t', 'x', 'alternator_dropped');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cuts itself off after a snapshot tag that is too long for the file system, until it is restarted', async () => {
    expect(nodetool(node, 'snapshot', '-t', 't'.repeat(256), 'alternator_source').exit).toBe(4);
    expect(await refuses(node.endpoint)).toBe(true);
    expect(nodetool(node, 'statusgossip').stdout).toBe('not running\n');
    expect(nodetool(node, 'statusbinary').stdout).toBe('not running\n');
    expect(service(node, 'status')).toBe(0);
    service(node, 'stop');
    await restart();
    expect(nodetool(node, 'statusbinary').stdout).toBe('running\n');
    expect(await refuses(node.endpoint)).toBe(false);
  });
});

describe('rings', () => {
  it('run two at once without touching each other', async () => {
    const rings = await Promise.all([startNode(), startNode()]);
    try {
      const [first, second] = rings;
      for (const ring of rings) {
        const client = connect(ring);
        await createTable(client, 'mine');
        await write(client, 'mine', ring === first ? 3 : 4);
        expect(await count(client, 'mine', 'mine')).toBe(ring === first ? 3 : 4);
        await client.shutdown();
      }
      await first.stop();
      expect(existsSync(first.root)).toBe(false);
      expect(nodetool(second, 'status').exit).toBe(0);
    } finally {
      await Promise.all(rings.map((ring) => ring.stop()));
    }
    for (const { root } of rings) {
      expect(existsSync(root)).toBe(false);
      expect(databasesOf(root)).toEqual([]);
    }
  });

  it('keep their data in a folder that the caller names', async () => {
    const root = mkdtempSync(join(tmpdir(), 'named-root-'));
    try {
      const before = await startNode({ root });
      const client = connect(before);
      await createTable(client, 'stays');
      await write(client, 'stays', 7);
      await client.shutdown();
      await before.stop();
      expect(databasesOf(root)).toEqual([]);

      const after = await startNode({ root });
      const again = connect(after);
      expect(await count(again, 'stays', 'stays')).toBe(7);
      await again.shutdown();
      await after.stop();
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe('whoever dies', () => {
  /** A process that does what a test process does: it starts a ring and holds it. */
  async function holder(): Promise<{ process: ChildProcess; ring: RingDescription }> {
    const programs = await compiledFolder(() => undefined);
    const child = spawn(process.execPath, [join(programs, 'command.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const file = await new Promise<string>((resolve) => {
      child.stdout.once('data', (text: Buffer) => {
        resolve(text.toString().trim());
      });
    });
    return { process: child, ring: JSON.parse(readFileSync(file, 'utf8')) as RingDescription };
  }

  it('by SIGKILL as the test process takes every process and the folder along', async () => {
    const { process: child, ring } = await holder();
    const databases = databasesOf(ring.root);
    expect(databases).toHaveLength(1);
    child.kill('SIGKILL');
    await until('the folder is gone', () => !existsSync(ring.root));
    expect(databases.filter(isAlive)).toEqual([]);
    await until('the supervisor is gone', () => !isAlive(ring.supervisor));
  });

  it('by SIGKILL as the supervisor takes the databases along', async () => {
    const { process: child, ring } = await holder();
    const databases = databasesOf(ring.root);
    expect(databases).toHaveLength(1);
    try {
      process.kill(ring.supervisor, 'SIGKILL');
      await until('the database is gone', () => !databases.some(isAlive));
    } finally {
      // Nobody is left who could remove it.
      rmSync(ring.root, { recursive: true, force: true });
      child.kill('SIGKILL');
    }
  });
});
