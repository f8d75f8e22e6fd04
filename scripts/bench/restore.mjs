// How long the restore of one table without index takes, against the documented procedure on the same node and table in the
// same run: the online restore of the tool, every check of it included, end to end. `npm run bench -- restore`, or alone:
// node scripts/bench/restore.mjs [--megabytes 100] [--rounds 1] [--json] [--full]
// A node of one's own: ALTERNATOR_BACKUP_TEST_NODE=node.json (ARCHITECTURE.md); then root, and a table `altbkbench` there.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startRing } from '../demo/ring.mjs';
import { documentedRestore } from './documented-restore.mjs';
import { openBenchTable, TABLE } from './restore-table.mjs';

const PROGRAM = fileURLToPath(new URL('../../bin/alternator-backup.js', import.meta.url));
/** Of the issue: end to end, at 100 MB, on the node under test. */
const TARGET = 3;

export async function benchRestore({ megabytes, rounds, full, say }) {
  const foreign = process.env.ALTERNATOR_BACKUP_TEST_NODE;
  const ring =
    foreign === undefined
      ? await startRing(say)
      : { addresses: JSON.parse(readFileSync(foreign, 'utf8')), stop: async () => undefined };
  const node = ring.addresses;
  const folder = mkdtempSync(join(tmpdir(), 'altbk-bench-restore-'));
  const table = openBenchTable(node.endpoint);
  try {
    say(`writing ${megabytes} MB`);
    const items = await table.fill(megabytes);
    await tool(folder, node, 'backup', TABLE);
    const backup = join(folder, 'backups', TABLE);
    const { archive, totals } = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8'));
    const results = { ours: [], documented: [] };
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1}: the tool, online`);
      const check = full ? ['--check', 'full'] : [];
      results.ours.push(await tool(folder, node, 'restore', TABLE, '--yes', '--json', ...check));
      await expectItems(table, items, 'the tool');
      say(`round ${round + 1}: the documented procedure`);
      results.documented.push(await documentedRestore({ table: TABLE, folder: backup, node }));
      await expectItems(table, items, 'the documented procedure');
    }
    const [ours, documented] = [median(results.ours), median(results.documented)];
    return {
      megabytes,
      items,
      bytes: totals?.bytes ?? null,
      archiveBytes: archive.size ?? statSync(join(backup, archive.name)).size,
      rounds,
      ours,
      documented,
      ratio: documented.ms / ours.ms,
      target: TARGET,
    };
  } finally {
    await table.close();
    await ring.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (list) => [...list].sort((a, b) => a.ms - b.ms)[Math.floor(list.length / 2)];

/** A fast restore of nothing is none. */
async function expectItems(table, items, who) {
  const found = await table.count();
  if (found !== items) throw new Error(`${who} brought back ${found} of ${items} items`);
}

/** Milliseconds of the whole program, from its start to its end, and of the steps that it tells with `--json`. */
function tool(folder, { endpoint, cql, dataDirectory, nodetool, service }, ...args) {
  const from = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      ALTERNATOR_BACKUP_ENDPOINT: endpoint,
      ALTERNATOR_BACKUP_CQL_HOST: cql.host,
      ALTERNATOR_BACKUP_CQL_PORT: String(cql.port),
      ALTERNATOR_BACKUP_DATA_DIR: dataDirectory,
      ALTERNATOR_BACKUP_NODETOOL: JSON.stringify(nodetool),
      ALTERNATOR_BACKUP_SERVICE: `command:${JSON.stringify(service)}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ ms: performance.now() - from, steps: stepsIn(said) });
      else reject(new Error(`alternator-backup ${args.join(' ')} ended with ${code}:\n${said}`));
    });
  });
}

const stepsIn = (said) =>
  Object.fromEntries(
    said
      .split('\n')
      .filter((line) => line.startsWith('{"time"'))
      .map((line) => JSON.parse(line))
      .filter(({ type, state }) => type === 'step' && state === 'end')
      .map(({ title, ms }) => [title, ms]),
  );

function shown({ ours, documented, ratio, target, bytes, items, rounds }) {
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
  const parts = ({ steps }) =>
    Object.entries(steps)
      .map(([name, ms]) => `${name} ${seconds(ms)}`)
      .join(', ');
  const verdict = ratio >= target ? 'met' : 'MISSED';
  return [
    `restore of one table, ${items} items, ${(bytes / 1e6).toFixed(0)} MB of SSTables, median of ${rounds}`,
    `  documented   ${seconds(documented.ms)}  (${parts(documented)}; the node is down for ${seconds(documented.downMs)})`,
    `  ours online  ${seconds(ours.ms)}  (${parts(ours)}; the node is never down)`,
    `  ratio        ${ratio.toFixed(1)} ×  (target ${target} ×: ${verdict})`,
    '',
  ].join('\n');
}

/** The command line of it: its arguments, without the programs. */
export async function runRestoreBench(args) {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      megabytes: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '1' },
    },
  });
  const result = await benchRestore({
    megabytes: Number(values.megabytes),
    rounds: Number(values.rounds),
    full: values.full,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : shown(result));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await runRestoreBench(process.argv.slice(2));
