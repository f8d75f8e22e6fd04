import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orders, ordersTable } from './harness/items.js';
import { openNode, type OpenedNode } from './harness/open-node.js';
import { openReader, type Reader } from './harness/reader.js';
import { openTool, type Tool } from './harness/tool.js';

describe('A backup can be restored without the tool (T-36, B-160 … B-169)', () => {
  let node: OpenedNode;
  let reader: Reader;
  let tool: Tool;
  beforeAll(async () => {
    node = await openNode();
    reader = openReader(node.addresses);
    tool = openTool(node.addresses);
  });
  afterAll(async () => {
    reader.close();
    tool.close();
    await node.close();
  });

  it('by the commands in its README.txt, run as they stand, with GNU tar, curl and nodetool', async () => {
    await reader.createTable(ordersTable('by-hand'));
    await reader.setTimeToLive('by-hand', 'expires');
    await reader.put('by-hand', orders(500));
    const before = { items: await reader.contents('by-hand'), schema: await reader.schema('by-hand') };
    await tool.expect(0, ['backup', 'by-hand']);
    await reader.put('by-hand', [{ pk: { S: 'later' }, sk: { N: '1' } }]);

    const folder = join(tool.backups, 'by-hand');
    const readme = readFileSync(join(folder, 'README.txt'), 'utf8');
    const commands = readme.split('\n').filter((line) => line.startsWith('    '));
    expect(commands.length).toBeGreaterThan(12);
    const script = ['set -euo pipefail', ...commands.map((line) => line.trim())].join('\n');
    execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', timeout: 60_000 });

    expect(await reader.contents('by-hand')).toEqual(before.items);
    expect(await reader.count('by-hand', 'by-customer')).toBe(500);
    expect(await reader.count('by-hand', 'by-status')).toBe(500);
    expect(await reader.schema('by-hand')).toEqual(before.schema);
    await reader.deleteTable('by-hand');
  });
});
