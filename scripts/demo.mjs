// The main job, watched: a real database node is started, its tables are backed up, one is lost and brought back, and
// every item is compared by the AWS SDK alone. `npm run demo`
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openTables } from './demo/tables.mjs';
import { startRing } from './demo/ring.mjs';

const PROGRAM = fileURLToPath(new URL('../bin/alternator-backup.js', import.meta.url));
const started = Date.now();

const chapter = (text) => process.stdout.write(`\n\u001b[1m— ${text}\u001b[0m\n`);
const say = (text) => process.stdout.write(`  ${text}\n`);
const seconds = (from) => `${((Date.now() - from) / 1000).toFixed(1)} s`;

/** Runs the tool as one would by hand, its words passed on; anything but exit status 0 ends the demo. */
async function tool(folder, environment, ...args) {
  say(`$ alternator-backup ${args.join(' ')}`);
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`alternator-backup ${args.join(' ')} ended with status ${code}`);
}

function differences(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
}

async function main() {
  chapter(
    'A real node (Apache Cassandra 5.0.9 behind an Alternator gateway; see test/node-under-test/README.md)',
  );
  const ring = await startRing(say);
  const folder = mkdtempSync(join(tmpdir(), 'alternator-backup-demo-'));
  try {
    const { addresses } = ring;
    say(`Alternator at ${addresses.endpoint}, data in ${addresses.dataDirectory}`);
    const environment = {
      ALTERNATOR_BACKUP_ENDPOINT: addresses.endpoint,
      ALTERNATOR_BACKUP_CQL_PORT: String(addresses.cql.port),
      ALTERNATOR_BACKUP_DATA_DIR: addresses.dataDirectory,
      ALTERNATOR_BACKUP_NODETOOL: JSON.stringify(addresses.nodetool),
      ALTERNATOR_BACKUP_SERVICE: `command:${JSON.stringify(addresses.service)}`,
    };
    const tables = openTables(addresses.endpoint);

    chapter(
      'Three tables: users (hash and range key, a global and a local index, expiry, tags), orders, products',
    );
    const counts = { users: 3000, orders: 5000, products: 1000 };
    for (const [name, count] of Object.entries(counts)) {
      const from = Date.now();
      await tables.create(name);
      await tables.fill(name, count);
      say(`${name}: ${count} items of every DynamoDB type written in ${seconds(from)}`);
    }
    const before = new Map();
    for (const name of Object.keys(counts)) before.set(name, await tables.read(name));

    chapter('Back up all of them');
    await tool(folder, environment, 'backup', '--all');

    chapter('Lose orders');
    await tables.remove('orders');
    say(`tables now: ${(await tables.list()).sort().join(', ')}`);

    chapter('Restore orders');
    await tool(folder, environment, 'restore', 'orders', '--yes');

    chapter('Compare, by the AWS SDK alone');
    const problems = [];
    for (const name of Object.keys(counts)) {
      const was = before.get(name);
      const is = await tables.read(name);
      const different = differences(was.items, is.items);
      const sameSchema = was.schema === is.schema;
      say(
        `${name}: ${is.items.size} of ${was.items.size} items, ${different.length} different; ` +
          `schema ${sameSchema ? 'equal' : 'DIFFERENT'}; indexes ${Object.entries(is.indexes)
            .map(([index, size]) => `${index} ${size}`)
            .join(', ')}`,
      );
      if (different.length > 0) problems.push(`${different.length} items of ${name} are not what they were`);
      if (!sameSchema) problems.push(`the schema of ${name} is not what it was`);
      if (JSON.stringify(was.indexes) !== JSON.stringify(is.indexes))
        problems.push(`an index of ${name} is not complete`);
    }
    tables.close();
    if (problems.length > 0) throw new Error(problems.join('\n'));

    chapter('Done');
    say('orders was deleted and is back: every item, its indexes, tags and settings are equal.');
    const backups = join(folder, 'backups');
    say(
      `The backups lie in ${backups}: ${readdirSync(backups)
        .filter((name) => !name.startsWith('@'))
        .join(', ')}`,
    );
    say(`Each holds a README.txt that says how to restore it by hand. Look, then remove ${folder}`);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await ring.stop();
    say(`The node is stopped; nothing is left running. ${seconds(started)} in all.`);
  }
}

main().catch((error) => {
  process.stderr.write(`\nThe demo failed: ${error.message}\n`);
  process.exitCode = 1;
});
