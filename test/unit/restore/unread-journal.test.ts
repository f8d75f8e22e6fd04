import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { backedUp, cutAt, keysOf, SAVED, story } from '../../support/cut-at.js';
import type { Workbench } from '../../support/workbench.js';

const YES = { tables: ['users'], yes: true };

/** A finished restore, another one dead just after it emptied the table, and the journal of that cannot be read. */
async function withUnreadJournal(damage: (text: string) => string) {
  const make = async () => {
    const bench = await backedUp('users', 'orders');
    const ran = await bench.restore(YES);
    expect(ran.result, story(ran)).toBe(0);
    return bench;
  };
  const bench = await cutAt('truncate end', make, (each, change) => each.restore(YES, change));
  expect(keysOf(bench)).toEqual([]);
  const [older, newest] = (await bench.journals.list()).jobs;
  if (!older || !newest) throw new Error('two jobs');
  const file = join(bench.root, 'work', 'jobs', `${newest.id}.json`);
  await writeFile(file, damage(await readFile(file, 'utf8')));
  return { bench, older: older.id, file };
}

const newer = (text: string) => text.replace('"format": 1', '"format": 2');
const half = (text: string) => text.slice(0, 100);
const told = ({ result, ...ran }: Awaited<ReturnType<Workbench['undo']>>) =>
  result instanceof KnownError ? result.message : story({ result, ...ran });
const statusOf = (result: unknown) => (result instanceof KnownError ? result.exitCode : result);

describe.each([
  ['of a newer release', newer, true],
  ['that is cut short', half, false],
] as const)('A journal %s', (_, damage, namesTables) => {
  it('may be of a job that left a table empty: it is neither backed up nor restored, exit 5', async () => {
    const { bench, file } = await withUnreadJournal(damage);
    for (const run of [
      () => bench.backup({ tables: ['users'] }),
      () => bench.restore(YES),
      () => bench.backup({ tables: ['users', 'orders'] }),
    ]) {
      const ran = await run();
      expect(statusOf(ran.result), story(ran)).toBe(5);
      expect(told(ran)).toContain(`the journal ${file} cannot be read`);
    }
    const other = await bench.backup({ tables: ['orders'] });
    expect(statusOf(other.result), story(other)).toBe(namesTables ? 0 : 5);
  });

  it('is not passed over for an older one by undo and resume: they want a job by name', async () => {
    const { bench, file } = await withUnreadJournal(damage);
    for (const ran of [await bench.undo(), await bench.resume()]) {
      expect(statusOf(ran.result), story(ran)).toBe(5);
      expect(told(ran)).toContain(`The journal ${file} cannot be read`);
    }
    expect(keysOf(bench)).toEqual([]);
  });

  it('is told by undo of a job that is named, which goes on only where it is about other tables', async () => {
    const { bench, older, file } = await withUnreadJournal(damage);
    const ran = await bench.undo({ job: older });
    expect(statusOf(ran.result), story(ran)).toBe(namesTables ? 5 : 3);
    expect(story(ran)).toContain(file);
    expect(keysOf(bench)).toEqual(namesTables ? [] : [...SAVED, 'later']);
  });
});
