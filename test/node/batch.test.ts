import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orders, ordersTable } from './harness/items.js';
import { needStandIn } from './harness/open-node.js';
import { withNode } from './harness/with-node.js';

const TABLES = ['batch-a', 'batch-b', 'batch-c'] as const;

describe('Several tables in one run', () => {
  const bench = withNode();
  beforeAll(async () => {
    for (const table of TABLES) {
      await bench.reader.createTable(ordersTable(table));
      await bench.reader.put(table, orders(200));
    }
  });
  afterAll(async () => {
    // One of them was taken back by `undo`.
    for (const table of TABLES.slice(1)) await bench.reader.deleteTable(table);
  });

  const nodetool = (...args: string[]) => {
    const [program = '', ...rest] = bench.node.addresses.nodetool;
    return execFileSync(program, [...rest, ...args], { encoding: 'utf8' });
  };
  const directoryOf = async (table: string) => {
    const { TableId = '' } = await bench.reader.describe(table);
    return join(
      bench.node.addresses.dataDirectory,
      `alternator_${table}`,
      `${table}-${TableId.replaceAll('-', '')}`,
    );
  };

  it('share one snapshot tag, which is gone afterwards; a foreign one stays (T-27)', async () => {
    nodetool('snapshot', '-t', 'mine', '-cf', 'batch-b', '--', 'alternator_batch-b');
    const { stdout, stderr } = await bench.tool.expect(0, ['backup', ...TABLES]);
    expect(stdout).toContain('  ✅ Successful: 3\n  ❌ Failed: 0\n  📊 Total: 3\n');
    const tags = [...stderr.matchAll(/with ID: (\S+)/g)].map(([, tag]) => tag);
    expect(tags).toHaveLength(3);
    expect(new Set(tags).size).toBe(1);
    const left = nodetool('listsnapshots');
    expect(left).toContain('mine');
    expect(left).not.toContain('altbk_');
    nodetool('clearsnapshot', '-t', 'mine', '--', 'alternator_batch-b');
  });

  it('go on when the middle one is broken: exit 1, summary 2/1/3, its backup before untouched (B-62, T-8)', async (context) => {
    needStandIn(bench.node, context, 'its disk, to damage a file');
    // A byte of the middle table's own file, as a bad disk changes it; the server does not notice.
    nodetool('flush', 'alternator_batch-b');
    const directory = await directoryOf('batch-b');
    const data = readdirSync(directory).find((name) => name.endsWith('-Data.db')) ?? '';
    const bytes = readFileSync(join(directory, data));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(directory, data), bytes);
    const before = readFileSync(join(bench.tool.backups, 'batch-b', 'manifest.json'), 'utf8');

    const { stdout, stderr } = await bench.tool.expect(1, ['backup', ...TABLES]);
    expect(stdout).toContain(
      '  ✅ Successful: 2\n  ❌ Failed: 1\n  📊 Total: 3\n\nFailed tables:\n  - batch-b\n',
    );
    expect(stderr).toMatch(
      new RegExp(`ERROR - The table's own files are damaged: ${data} has CRC-32 \\d+, but Digest`),
    );
    expect(readFileSync(join(bench.tool.backups, 'batch-b', 'manifest.json'), 'utf8')).toBe(before);
    expect(readdirSync(join(bench.tool.backups, '@versions')).sort()).toEqual(['batch-a', 'batch-c']);
    expect(nodetool('listsnapshots')).not.toContain('altbk_');
    // Mended for the tests that follow.
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(directory, data), bytes);
  });

  it('restored: the one with a corrupt archive fails and its live table is untouched, the others are back (T-44)', async () => {
    const archive = join(bench.tool.backups, 'batch-b', 'batch-b_backup.tar.gz');
    const bytes = readFileSync(archive);
    const damaged = Buffer.from(bytes);
    damaged[damaged.length >> 1]! ^= 1;
    writeFileSync(archive, damaged);
    const live = await bench.reader.contents('batch-b');
    await bench.reader.deleteTable('batch-a');
    const wanted = await bench.reader.contents('batch-c');
    await bench.reader.put('batch-c', [{ pk: { S: 'later' }, sk: { N: '1' } }]);

    const { stdout, stderr } = await bench.tool.expect(1, ['restore', ...TABLES, '--yes']);
    expect(stdout).toContain(
      '  ✅ Successful: 2\n  ❌ Failed: 1\n  📊 Total: 3\n\nFailed tables:\n  - batch-b\n',
    );
    expect(stdout).not.toContain('All tables restored');
    expect(stderr).toContain('batch-b_backup.tar.gz');
    expect(await bench.reader.count('batch-a')).toBe(200);
    expect(await bench.reader.contents('batch-c')).toEqual(wanted);
    expect(await bench.reader.contents('batch-b')).toEqual(live);
    writeFileSync(archive, bytes);
    const work = join(bench.node.addresses.dataDirectory, '..', 'alternator-backup');
    const left = execFileSync('find', [work, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
    // The journal, and the copy of the one table that was replaced, for an undo.
    expect(left.filter((path) => !/\/(jobs\/[^/]+\.json|safety\/[^/]+\/batch-c\/[^/]+)$/.test(path))).toEqual(
      [],
    );
    expect(left.some((path) => path.includes('/batch-c/'))).toBe(true);
    await bench.tool.expect(0, ['undo']);
    expect((await bench.reader.contents('batch-c')).size).toBe(wanted.size + 1);
    await expect(bench.reader.describe('batch-a')).rejects.toThrow();
  });
});
