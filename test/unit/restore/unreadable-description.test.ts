import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { schemaSplitCommand } from '../../../src/commands/schema-split.js';
import { parseTableName } from '../../../src/model/table-name.js';
import type { TableRecord } from '../../../src/model/table-record.js';
import { withOption } from '../../support/memory-statements.js';
import { workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const option =
  (name: string, value: string) =>
  (record: TableRecord): TableRecord => ({
    ...record,
    statements: record.statements.map((each) => ({
      ...each,
      statement: withOption(each.statement, name, value),
    })),
  });

describe('A table whose description cannot be read before and after ("gc_grace 100 → 864000, no word of it")', () => {
  it('is told of by restore and by schema diff; its keyspace, which is known by itself, comes back', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const clock = option('scylla_tags', `{'system:ttl_attribute': 'o'clock'}`);
    bench.engine.change('users', option('gc_grace_seconds', '100'));
    bench.engine.change('users', clock);
    bench.engine.change('users', (record) => ({
      ...record,
      keyspaceStatement: withOption(record.keyspaceStatement, 'durable_writes', 'false'),
    }));
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          createTable: async (creation) => {
            const made = await bench.engine.createTable(creation);
            bench.engine.change('users', option('gc_grace_seconds', '864000'));
            bench.engine.change('users', clock);
            return made;
          },
        },
      },
    );
    const warned = run
      .log()
      .filter((line) => line.startsWith('WARNING'))
      .join('\n');
    expect(warned).toContain('users: the options of the table and its views stay as the server makes them');
    expect(warned).toMatch(
      /not compared, since the backup or the server does not tell: options of the table/,
    );
    expect(warned).not.toContain('options of the keyspace');
    expect(run.result).toBe(3);
    const described = await bench.engine.describe(users);
    expect(described.kind === 'table' && described.record.keyspaceStatement).toContain(
      'durable_writes = false',
    );
    const diff = await bench.diff({ table: 'users' });
    expect(diff.said()).toMatch(/not compared, since one of them does not tell: options of the table/);
    expect(diff.result).toBe(3);
  });

  it('is no word of what it lies on where only one side tells: "Equal, exit 0"', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    bench.engine.change('users', (record) => ({ ...record, tablets: undefined }));
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', (record) => ({ ...record, tablets: true }));
    const diff = await bench.diff({ table: 'users' });
    expect(diff.said()).toContain('not compared, since one of them does not tell: vnodes or tablets');
    expect(diff.result).toBe(3);
  });
});

it('schema split <(cmd): a pipe is read like standard input', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'altbk-test-'));
  try {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const written = new Promise((resolve) => {
      createWriteStream(pipe).end('CREATE TABLE a.b (p int PRIMARY KEY);', () => {
        resolve(undefined);
      });
    });
    let out = '';
    const stdout = new Writable({
      write(chunk, _, done) {
        out += String(chunk);
        done();
      },
    });
    await schemaSplitCommand({ file: pipe, json: true }, { stdin: Readable.from([]), stdout });
    await written;
    expect(JSON.parse(out)).toMatchObject([{ kind: 'table', name: 'a.b' }]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
