import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { orders } from './harness/items.js';
import { needStandIn } from './harness/open-node.js';
import { withNode } from './harness/with-node.js';

/** More than one page of ListTables, which has 100 names at most. */
const TABLES = Array.from({ length: 105 }, (_, number) => `many-${String(number).padStart(3, '0')}`);

describe('More tables than one page lists', () => {
  const bench = withNode();

  async function pages(): Promise<readonly (readonly string[])[]> {
    const found: string[][] = [];
    let from: string | undefined;
    do {
      const page = await bench.reader.client.send(new ListTablesCommand({ ExclusiveStartTableName: from }));
      found.push(page.TableNames ?? []);
      from = page.LastEvaluatedTableName;
    } while (from !== undefined);
    return found;
  }

  it('are all listed and all backed up by --all (T-25)', async (context) => {
    needStandIn(bench.node, context, 'a node with no other tables');
    const names = TABLES[Symbol.iterator]();
    const maker = async () => {
      for (const name of names) {
        await bench.reader.createTable({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        });
        if (name.endsWith('0')) await bench.reader.put(name, orders(1));
      }
    };
    await Promise.all([maker(), maker(), maker()]);
    const listed = await pages();
    expect(listed.map(({ length }) => length)).toEqual([100, 5]);

    const { stdout } = await bench.tool.expect(0, ['backup', '--all']);
    expect(stdout).toContain('  ✅ Successful: 105\n  ❌ Failed: 0\n  📊 Total: 105\n');
    const backups = readdirSync(bench.tool.backups).filter((name) => !name.startsWith('@'));
    expect(backups.sort()).toEqual(TABLES);
    for (const name of backups)
      expect(existsSync(join(bench.tool.backups, name, 'manifest.json')), name).toBe(true);
    // A table of the second page, and one of the first, with its item.
    const [second = ''] = listed[1] ?? [];
    for (const name of [second, 'many-010']) {
      const before = await bench.reader.contents(name);
      await bench.reader.deleteTable(name);
      await bench.tool.expect(0, ['restore', name, '--yes']);
      expect(await bench.reader.contents(name)).toEqual(before);
    }
  });
});
