import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { isUndoable } from '../../../src/model/job.js';
import { schemaOfTable } from '../../../src/model/schema-record.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { cutOff, momentsOf, type Moment } from '../../support/cut-off-run.js';
import { withOption } from '../../support/memory-statements.js';
import { workbench, type Change, type Ran, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');

/** Every moment where this is set, as in CI; every eleventh of them otherwise, others in each variant. */
const ALL_MOMENTS = process.env['ALL_MOMENTS'] !== undefined;

interface Scene {
  readonly title: string;
  /** What the table is like when the run begins; it is as backed up, with a later item, otherwise. */
  readonly prepare?: (bench: Workbench) => Promise<void>;
  readonly run: (bench: Workbench, change: Change) => Promise<Ran>;
  readonly change?: (bench: Workbench) => Change;
  /** What it comes to when nothing cuts it off. */
  readonly result: number;
  /** How many jobs there are before it. */
  readonly jobsBefore?: number;
}

const restore =
  (flags: Parameters<Workbench['restore']>[0] = {}): Scene['run'] =>
  (bench, change) =>
    bench.restore({ tables: ['users'], yes: true, ...flags }, change);

/** A table made by somebody else since, with another option. */
async function anotherSchema(bench: Workbench): Promise<void> {
  bench.engine.change('users', (record) => ({
    ...record,
    statements: record.statements.map((each) => ({
      ...each,
      statement: withOption(each.statement, 'comment', `'of today'`),
    })),
  }));
}

const failingFirstLoad = (bench: Workbench): Change => {
  let loads = 0;
  return {
    engine: {
      refresh: (record, options) =>
        (loads += 1) === 1
          ? Promise.reject(new KnownError('program', 'nodetool said no'))
          : bench.engine.refresh(record, options),
    },
  };
};

const SCENES: readonly Scene[] = [
  { title: 'a reload', run: restore(), result: 0 },
  { title: 'a recreation', run: restore({ recreate: true }), result: 0 },
  { title: 'a recreation of another schema', prepare: anotherSchema, run: restore(), result: 0 },
  {
    title: 'a creation',
    prepare: (bench) => bench.engine.deleteTable(users),
    run: restore(),
    result: 0,
  },
  { title: 'an offline reload', run: restore({ offline: true }), result: 0 },
  { title: 'an offline recreation', run: restore({ offline: true, recreate: true }), result: 0 },
  { title: 'a restore by CQL', run: restore({ schema: 'cql' }), result: 0 },
  {
    title: 'a reload that fails and is rolled back',
    run: restore(),
    change: failingFirstLoad,
    result: 1,
  },
  {
    title: 'a recreation that fails and is rolled back',
    prepare: anotherSchema,
    run: restore(),
    change: failingFirstLoad,
    result: 1,
  },
  {
    title: 'an undo of a reload',
    prepare: async (bench) => {
      done(await restore()(bench, {}));
    },
    run: (bench, change) => bench.undo({}, change),
    result: 0,
    jobsBefore: 1,
  },
  {
    title: 'an undo of a recreation',
    prepare: async (bench) => {
      await anotherSchema(bench);
      done(await restore()(bench, {}));
    },
    run: (bench, change) => bench.undo({}, change),
    result: 0,
    jobsBefore: 1,
  },
  {
    title: 'an undo of a creation',
    prepare: async (bench) => {
      await bench.engine.deleteTable(users);
      done(await restore()(bench, {}));
    },
    run: (bench, change) => bench.undo({}, change),
    result: 0,
    jobsBefore: 1,
  },
];

function done({ result, log }: Ran): void {
  if (result !== 0) throw new Error(`gave ${String(result)}: ${log().join('\n')}`);
}

async function begun(scene: Scene): Promise<Workbench> {
  const bench = await workbench();
  await bench.fill('users', 3);
  done(await bench.backup({ tables: ['users'] }));
  bench.engine.put('users', 'k0', 'changed');
  bench.engine.put('users', 'newer', 'x');
  await scene.prepare?.(bench);
  return bench;
}

/** Everything that counts of a table: its id may be another one. */
async function stateOf(bench: Workbench): Promise<string> {
  const described = await bench.engine.describe(users);
  if (described.kind !== 'table') return described.kind;
  const items = Object.fromEntries([...bench.engine.items('users')].sort());
  return JSON.stringify({ items, schema: schemaOfTable(described.record) }, null, 1)
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id')
    .replaceAll(/("CreationDateTime": )[0-9.]+/g, '$1a time');
}

const namesIn = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => []);

async function expectNothingLeft(bench: Workbench): Promise<void> {
  const work = join(bench.root, 'work');
  expect(await namesIn(join(work, 'staging')), 'staging').toEqual([]);
  const snapshots = ['-path', '*/snapshots/*'];
  expect(execFileSync('find', [bench.engine.dataDirectory, ...snapshots], { encoding: 'utf8' })).toBe('');
  expect(execFileSync('find', [bench.backups, '-path', '*/snapshots/*'], { encoding: 'utf8' })).toBe('');
  expect(await bench.service.isActive(), 'service').toBe(true);
  const { jobs, damaged } = await bench.journals.list();
  expect(damaged).toEqual([]);
  const copies = new Set(jobs.flatMap(({ tables }) => tables.map(({ safetyCopy }) => safetyCopy)));
  for (const run of await namesIn(join(work, 'safety')))
    for (const table of await namesIn(join(work, 'safety', run)))
      expect(copies).toContain(join(work, 'safety', run, table));
  for (const copy of copies) if (copy !== null) expect(await readdir(copy)).toContain('record.json');
  expect((await bench.resume()).result).toMatchObject({ kind: 'refused' });
}

/** What the scene begins with, what it comes to, and the moments in which it may be cut off. */
async function outline(scene: Scene) {
  const good = await begun(scene);
  const before = await stateOf(good);
  done(await scene.run(good, {}));
  const after = await stateOf(good);
  expect(after).not.toBe(before);
  await expectNothingLeft(good);

  const bench = await begun(scene);
  const { ran, writings } = await cutOff(
    bench,
    undefined,
    (change) => scene.run(bench, change),
    scene.change?.(bench),
  );
  expect(ran.result, ran.log().join('\n')).toBe(scene.result);
  expect(await stateOf(bench)).toBe(scene.result === 0 ? after : before);
  await expectNothingLeft(bench);
  return { before, after, writings };
}

async function cut(scene: Scene, moment: Moment): Promise<Workbench> {
  const bench = await begun(scene);
  const { wasCut } = await cutOff(bench, moment, (change) => scene.run(bench, change), scene.change?.(bench));
  expect(wasCut).toBe(true);
  return bench;
}

const story = ({ result, log }: Ran): string => [String(result), ...log()].join('\n');
/** That the service was found stopped is a warning, and that a removal which nobody has answered may come yet. */
const EXPECTED = /left the service .* stopped|was asked for without an answer, and may come yet/;
const statusOf = ({ result, log }: Ran): unknown => {
  const warnings = log().filter((line) => line.startsWith('WARNING'));
  return result === 3 && warnings.every((line) => EXPECTED.test(line)) ? 0 : result;
};
const isRefused = ({ result }: Ran): boolean => result instanceof KnownError && result.kind === 'refused';

/** Collects what goes wrong at any moment, so that one run shows it all. */
async function atEachMoment(
  scene: Scene,
  check: (bench: Workbench, states: { before: string; after: string }, title: string) => Promise<void>,
): Promise<void> {
  const { writings, ...states } = await outline(scene);
  const moments = momentsOf(writings);
  const offset = SCENES.indexOf(scene);
  const chosen = moments.filter((_, index) => ALL_MOMENTS || (index + offset) % 11 === 0);
  const problems: string[] = [];
  for (const moment of chosen) {
    try {
      await check(await cut(scene, moment), states, moment.title);
    } catch (error) {
      problems.push(`${moment.title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  expect(problems.join('\n\n')).toBe('');
}

describe.each(SCENES.map((scene) => [scene.title, scene] as const))('%s that dies', (_, scene) => {
  it('is finished by resume, wherever it was cut off', { timeout: 300_000 }, async () => {
    await atEachMoment(scene, async (bench, { before, after }) => {
      const resumed = await bench.resume();
      const now = await stateOf(bench);
      const nothingLeft = isRefused(resumed) || resumed.said().startsWith('All tables of job');
      if (nothingLeft) expect([before, after], story(resumed)).toContain(now);
      else {
        expect([scene.result, 0], story(resumed)).toContain(statusOf(resumed));
        expect(now, story(resumed)).toEqual(statusOf(resumed) === 0 ? after : before);
      }
      await expectNothingLeft(bench);
    });
  });

  it('is taken back by undo, wherever it was cut off', { timeout: 300_000 }, async () => {
    await atEachMoment(scene, async (bench, { before, after }) => {
      const job = (await bench.journals.list()).jobs.at(scene.jobsBefore ?? 0);
      const undone = await bench.undo();
      // Of a job that did nothing yet nothing can be taken back; an undo takes the job before it back, then.
      const isNone = job === undefined || !isUndoable(job);
      expect(await stateOf(bench), story(undone)).toEqual(isNone && scene.jobsBefore ? after : before);
      if (isRefused(undone)) return;
      expect(statusOf(undone), story(undone)).toBe(0);
      await expectNothingLeft(bench);
    });
  });

  it('lets neither backup nor restore see a table that is half of each', { timeout: 300_000 }, async () => {
    await atEachMoment(scene, async (bench, { before, after }) => {
      const now = await stateOf(bench);
      const isWhole = [before, after].includes(now);
      const backup = await bench.backup({ tables: ['users'] });
      if (backup.result === 0) expect(isWhole, story(backup)).toBe(true);
      else if (now !== 'missing') expect(story(backup)).toMatch(/resume \S+ finishes it, .*undo/);
      const restored = await bench.restore({ tables: ['users'], yes: true });
      if (restored.result !== 0) {
        expect(restored.result, story(restored)).toBe(5);
        expect(story(restored)).toMatch(/resume \S+ finishes it, .*undo/);
      }
    });
  });
});
