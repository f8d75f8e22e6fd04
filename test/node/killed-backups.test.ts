import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orders, ordersTable } from './harness/items.js';
import { killAt, type KillPoint } from './harness/kill-point.js';
import { textTable } from './harness/text-table.js';
import { withNode } from './harness/with-node.js';

/**
 * `kill -9` at each step of the backup pipeline: those that the program itself names (asked of a run that is left alone), and
 * the writings and renames by which a backup comes into being.
 */
const TABLE = 'killed';
const FOREIGN = 'mine';
const ITEMS = 3000;

const FILES: readonly KillPoint[] = [
  ...both('note the snapshot', 'rename', '@state/snapshots/[^/]+\\.json$'),
  ...both('forget the snapshot', 'rm', '@state/snapshots/[^/]+\\.json$'),
  ...both('write the schema', 'rename', '/table_schema\\.cql$'),
  ...both('write the manifest', 'rename', `@state/staging/.*/manifest\\.json$`),
  ...both('old generation away', 'rename', `@versions/${TABLE}/[^/]+$`),
  ...both('new generation in', 'rename', `backups/${TABLE}$`),
  ...both('note in the history', 'appendFile', 'history\\.jsonl$'),
];

function both(step: string, operation: string, path: string): KillPoint[] {
  return (['after begin', 'before end'] as const).map((when) => ({ step, when, seen: { operation, path } }));
}

interface Stored {
  readonly path: string;
  readonly label: string;
  readonly finishedAt: string;
}

describe('A backup that is killed with SIGKILL', () => {
  const bench = withNode();
  const rows: string[][] = [
    ['killed at', 'when', 'newest whole backup then', 'list', 'next run', 'ms', 'left behind'],
  ];

  beforeAll(async () => {
    await bench.reader.createTable(ordersTable(TABLE));
    await bench.reader.put(TABLE, orders(ITEMS));
    nodetool('snapshot', '-t', FOREIGN, '-cf', TABLE, '--', `alternator_${TABLE}`);
  });
  afterAll(async () => {
    process.stdout.write(`\n${textTable(rows)}\n`);
    nodetool('clearsnapshot', '-t', FOREIGN, '--', `alternator_${TABLE}`);
    await bench.reader.deleteTable(TABLE);
  });

  const nodetool = (...args: string[]) => {
    const [program = '', ...rest] = bench.node.addresses.nodetool;
    return execFileSync(program, [...rest, ...args], { encoding: 'utf8' });
  };
  const backup = ['backup', TABLE, '--json'];

  /** The folders with a manifest whose archive is what the manifest says, newest first; judged without the program. */
  const wholeBackups = (): readonly Stored[] => {
    const versions = join(bench.tool.backups, '@versions', TABLE);
    const folders = [
      join(bench.tool.backups, TABLE),
      ...(existsSync(versions) ? readdirSync(versions).map((label) => join(versions, label)) : []),
    ].filter((folder) => existsSync(join(folder, 'manifest.json')));
    const found = folders.map((path): Stored => {
      const { label, finishedAt, archive } = JSON.parse(
        readFileSync(join(path, 'manifest.json'), 'utf8'),
      ) as {
        readonly label: string;
        readonly finishedAt: string;
        readonly archive: { readonly name: string; readonly sha256: string };
      };
      const bytes = readFileSync(join(path, archive.name));
      expect(createHash('sha256').update(bytes).digest('hex'), path).toBe(archive.sha256);
      expect(execFileSync('tar', ['tzf', join(path, archive.name)], { encoding: 'utf8' })).toContain(
        '-Data.db',
      );
      return { path, label, finishedAt };
    });
    return found.sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
  };
  /** What an earlier run may have left: staging, our tags. */
  const leftovers = (): readonly string[] => {
    const staging = join(bench.tool.backups, '@state', 'staging');
    const notes = join(bench.tool.backups, '@state', 'snapshots');
    return [
      ...(existsSync(staging) ? readdirSync(staging).map(() => 'staging') : []),
      // A half-written one, which begins with a dot, speaks of no snapshot.
      ...(existsSync(notes)
        ? readdirSync(notes)
            .filter((name) => !name.startsWith('.'))
            .map(() => 'note')
        : []),
      ...new Set([...nodetool('listsnapshots').matchAll(/^altbk_\S+/gm)].map(() => 'tag')),
    ];
  };
  /** Whether `list` names the backup; the program may be older than that command. */
  const listed = async (label: string): Promise<string> => {
    const { code, stdout, stderr } = await bench.tool.run(['list', TABLE]);
    if (/unknown command/.test(stderr)) return 'no such command';
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(label);
    return 'shows it';
  };

  async function pointsOfPipeline(): Promise<readonly KillPoint[]> {
    const { stdout } = await bench.tool.expect(0, backup);
    const events = stdout.split('\n').flatMap((line) => {
      if (!line.startsWith('{')) return [];
      const event = JSON.parse(line) as { type: string; title?: string; state?: string };
      return event.type === 'step' && event.state === 'begin' ? [event.title ?? ''] : [];
    });
    const steps = [...new Set(events)];
    expect(steps.length).toBeGreaterThanOrEqual(4);
    return steps.flatMap((step) =>
      (['after begin', 'before end'] as const).map((when): KillPoint => ({ step, when, seen: 'report' })),
    );
  }

  it('at any step leaves the last good backup whole and listed; the next run clears up and succeeds', async () => {
    const inTheMiddle: KillPoint = {
      step: 'the archive, while it is written',
      when: 'after begin',
      seen: { grows: '_backup\\.tar\\.gz$', below: join(bench.tool.backups, '@state', 'staging'), bytes: 1 },
    };
    const points = [...(await pointsOfPipeline()), inTheMiddle, ...FILES];
    for (const [number, point] of points.entries()) {
      const [before] = wholeBackups();
      await bench.reader.put(TABLE, [{ pk: { S: 'later' }, sk: { N: String(number) } }]);
      await killAt(bench.tool, backup, point);

      const [newest] = wholeBackups();
      const name = `${point.step}, ${point.when}`;
      if (!before || !newest) throw new Error(`${name}: no whole backup is left`);
      expect(newest.finishedAt >= before.finishedAt, name).toBe(true);
      const left = leftovers();
      const list = await listed(newest.label);

      const next = await bench.tool.expect(0, backup);
      expect(leftovers(), name).toEqual([]);
      expect(nodetool('listsnapshots'), name).toMatch(new RegExp(`^${FOREIGN} `, 'm'));
      const [made] = wholeBackups();
      expect(made?.path, name).toBe(join(bench.tool.backups, TABLE));
      expect((made?.finishedAt ?? '') > newest.finishedAt, name).toBe(true);
      rows.push([
        point.step,
        typeof point.seen === 'object' && 'operation' in point.seen
          ? { 'after begin': 'just before', 'before end': 'just after' }[point.when]
          : point.when,
        newest.finishedAt === before.finishedAt ? 'the one before' : 'the new one',
        list,
        'done',
        String(next.ms),
        left.join(', '),
      ]);
    }
  });
});
