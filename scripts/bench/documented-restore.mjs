import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import cassandra from 'cassandra-driver';

/** Waits that the procedure prescribes: after the stop, after the start. */
const AFTER_STOP_MS = 5_000;
const AFTER_START_MS = 10_000;

/**
 * The restore of the documented script, step by step and in its order, as plain commands: drop, remove, create by CQL,
 * truncate, stop, wait 5 s, extract into the table directory, start, wait 10 s, refresh. It checks nothing, as documented.
 * Gives its milliseconds, those of each step, and for how many of them the service was down.
 */
export async function documentedRestore({ table, folder, node }) {
  const keyspace = `alternator_${table}`;
  const quoted = `"${keyspace}"."${table}"`;
  const steps = {};
  const begin = performance.now();
  const step = async (name, work) => {
    const from = performance.now();
    await work();
    steps[name] = performance.now() - from;
  };
  const service = (verb) => run(node.service[verb]);

  const client = new cassandra.Client({
    contactPoints: [node.cql.host],
    localDataCenter: node.cql.datacenter,
    protocolOptions: { port: node.cql.port },
    isMetadataSyncEnabled: false,
  });
  let directory = '';
  try {
    await step('drop', async () => {
      await client.execute(`DROP KEYSPACE IF EXISTS "${keyspace}"`);
      rmSync(join(node.dataDirectory, keyspace), { recursive: true, force: true });
    });
    await step('create', async () => {
      const replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
      await client.execute(`CREATE KEYSPACE IF NOT EXISTS "${keyspace}" WITH replication = ${replication}`);
      await client.execute(readFileSync(join(folder, 'table_schema.cql'), 'utf8'));
      await client.execute(`TRUNCATE ${quoted}`);
      const query = 'SELECT id FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
      const { rows } = await client.execute(query, [keyspace, table], { prepare: true });
      const id = String(rows[0].id).replaceAll('-', '');
      directory = join(node.dataDirectory, keyspace, `${table}-${id}`);
      // A server makes it at once or with the first file.
      mkdirSync(directory, { recursive: true });
    });
  } finally {
    await client.shutdown();
  }
  let downFrom = performance.now();
  await step('stop and wait', async () => {
    service('stop');
    await sleep(AFTER_STOP_MS);
  });
  try {
    await step('extract', async () => {
      execFileSync('tar', ['xzf', join(folder, `${table}_backup.tar.gz`), '-C', directory]);
    });
  } finally {
    await step('start and wait', async () => {
      service('start');
      await sleep(AFTER_START_MS);
    });
  }
  const downMs = performance.now() - downFrom;
  await step('refresh', async () => {
    run([...node.nodetool, 'refresh', keyspace, table]);
  });
  return { ms: performance.now() - begin, downMs, steps, files: readdirSync(directory).length };
}

function run([program, ...args]) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
