import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orders, ordersTable } from './harness/items.js';
import { withNode } from './harness/with-node.js';

describe('A backup can be restored without the tool (T-36, B-160 … B-169)', () => {
  const bench = withNode();

  it('by the commands in its README.txt, run as they stand, with GNU tar, curl and nodetool', async () => {
    await bench.reader.createTable(ordersTable('by-hand'));
    await bench.reader.setTimeToLive('by-hand', 'expires');
    await bench.reader.put('by-hand', orders(500));
    const before = {
      items: await bench.reader.contents('by-hand'),
      schema: await bench.reader.schema('by-hand'),
    };
    await bench.tool.expect(0, ['backup', 'by-hand']);
    await bench.reader.put('by-hand', [{ pk: { S: 'later' }, sk: { N: '1' } }]);

    const folder = join(bench.tool.backups, 'by-hand');
    const readme = readFileSync(join(folder, 'README.txt'), 'utf8');
    const commands = readme.split('\n').filter((line) => line.startsWith('    '));
    expect(commands.length).toBeGreaterThan(12);
    const script = ['set -euo pipefail', ...commands.map((line) => line.trim())].join('\n');
    execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', timeout: 60_000 });

    expect(await bench.reader.contents('by-hand')).toEqual(before.items);
    expect(await bench.reader.count('by-hand', 'by-customer')).toBe(500);
    expect(await bench.reader.count('by-hand', 'by-status')).toBe(500);
    expect(await bench.reader.schema('by-hand')).toEqual(before.schema);
    await bench.reader.deleteTable('by-hand');
  });
});
