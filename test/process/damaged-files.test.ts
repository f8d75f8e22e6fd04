import { appendFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { flipByte } from './harness/damage.js';
import { plantInArchive, type Damage, type Told } from './harness/planted-archive.js';
import { logged } from './harness/log-lines.js';
import { it, type Stage } from './harness/stage.js';
import { expectUntouched } from './harness/untouched.js';

const pathsOf = (files: string, component: string): readonly string[] =>
  readdirSync(files)
    .filter((name) => name.endsWith(`-${component}`))
    .sort()
    .map((name) => join(files, name));

const on =
  (component: string, deed: (path: string, size: number) => void): Damage =>
  (files) => {
    const [path = ''] = pathsOf(files, component);
    deed(path, statSync(path).size);
  };
const byteOf = (component: string) =>
  on(component, (path, size) => {
    flipByte(path, size >> 1);
  });
const without = (component: string) =>
  on(component, (path) => {
    rmSync(path);
  });

/** One row of the table "Refresh: damage" of behaviour.md, in a table with several partitions unless it says otherwise. */
interface Row {
  readonly damage: string;
  readonly plant: Damage;
  readonly like?: 'one' | 'two SSTables';
  /** Why it is refused where the manifest tells of the files as they were. */
  readonly against: RegExp;
  /** The same where there is nothing but the files themselves; undefined where they do not tell. */
  readonly alone: RegExp | undefined;
}

const OTHER_BYTES = /: \S+ has other bytes than it had \(sha-256 differs\)$/;
const OTHER_SIZE = /: \S+ has \d+ bytes instead of \d+$/;
const MISSING = /: \S+ is missing$/;
const DIGEST = /^The backup of '\S+' is damaged: \S+-Data\.db has CRC-32 \d+, but Digest\.crc32 says \d+$/;
const NO_DIGEST =
  /^The backup of '\S+' is damaged: \S+-Data\.db has CRC-32 \d+, but Digest\.crc32 says nothing$/;
const NO_TOC =
  /^The backup of '\S+' is damaged: \S+-TOC\.txt is missing, so nobody can say which files belong to it$/;
const LISTED = /^The backup of '\S+' is damaged: \S+ is listed in TOC\.txt but missing/;

const dataRows = (like?: Row['like']): readonly Row[] =>
  (
    [
      ['a byte of Data.db', byteOf('Data.db'), OTHER_BYTES],
      [
        'a truncated Data.db',
        on('Data.db', (path) => {
          truncateSync(path, 20);
        }),
        OTHER_SIZE,
      ],
      [
        'Data.db one byte short',
        on('Data.db', (path, size) => {
          truncateSync(path, size - 1);
        }),
        OTHER_SIZE,
      ],
      [
        'Data.db with bytes appended',
        on('Data.db', (path) => {
          appendFileSync(path, 'xyz');
        }),
        OTHER_SIZE,
      ],
    ] as const
  ).map(([damage, plant, against]) => ({ damage, plant, against, alone: DIGEST, ...(like ? { like } : {}) }));

/** Of these the files say nothing: no digest covers them, and a server takes them with exit status 0 or 4. */
const UNCOVERED = ['CompressionInfo.db', 'Index.db', 'Statistics.db', 'Filter.db', 'Summary.db', 'Scylla.db'];
const COMPONENTS = [...UNCOVERED, 'Data.db', 'Digest.crc32'];

const ROWS: readonly Row[] = [
  ...dataRows(),
  ...dataRows('one'),
  {
    damage: 'a wrong Digest.crc32',
    plant: on('Digest.crc32', (path) => {
      writeFileSync(path, '12345');
    }),
    against: OTHER_SIZE,
    alone: DIGEST,
  },
  {
    damage: 'an empty Digest.crc32',
    plant: on('Digest.crc32', (path) => {
      writeFileSync(path, '');
    }),
    against: OTHER_SIZE,
    alone: NO_DIGEST,
  },
  { damage: 'a byte of TOC.txt', plant: byteOf('TOC.txt'), against: OTHER_BYTES, alone: LISTED },
  {
    damage: 'a byte at the head of Statistics.db',
    plant: on('Statistics.db', (path) => {
      flipByte(path, 3);
    }),
    against: OTHER_BYTES,
    alone: /^\S+-Statistics\.db is damaged: it would have 251 parts\.$/,
  },
  ...UNCOVERED.map((component) => ({
    damage: `a byte of ${component}`,
    plant: byteOf(component),
    against: OTHER_BYTES,
    alone: undefined,
  })),
  {
    damage: 'a byte of Index.db',
    plant: byteOf('Index.db'),
    like: 'one',
    against: OTHER_BYTES,
    alone: undefined,
  },
  ...COMPONENTS.map((component) => ({
    damage: `no ${component}`,
    plant: without(component),
    against: MISSING,
    alone: LISTED,
  })),
  { damage: 'no TOC.txt', plant: without('TOC.txt'), against: MISSING, alone: NO_TOC },
  {
    damage: 'one TOC.txt missing',
    plant: without('TOC.txt'),
    like: 'two SSTables',
    against: MISSING,
    alone: NO_TOC,
  },
  {
    damage: 'one damaged',
    plant: byteOf('Data.db'),
    like: 'two SSTables',
    against: OTHER_BYTES,
    alone: DIGEST,
  },
];
const REFUSED_ALONE = ROWS.filter(({ alone }) => alone !== undefined);
const TAKEN_ALONE = ROWS.filter(({ alone }) => alone === undefined);

const nameOf = (row: Row) => `table-${ROWS.indexOf(row)}`;
const spoken = ({ damage, like }: Row) => (like === undefined ? damage : `${damage} (${like})`);

const SPECS = {
  many: { like: 'orders' },
  one: { like: 'one' },
  'two SSTables': { like: 'one', bulkBytes: 30_000 },
} as const;

/** A table of its own for each damage, and its backup with the damage in it. */
async function plantAll(stage: Stage, rows: readonly Row[], told: Told): Promise<void> {
  for (const row of rows) stage.fake.addTable({ name: nameOf(row), ...SPECS[row.like ?? 'many'] });
  const { code, stderr } = await stage.tool(['backup', '--all'], MANY);
  expect(code, stderr).toBe(0);
  for (const row of rows) await plantInArchive(join(stage.backups, nameOf(row)), row.plant, told);
}

/** What was said of one table of a run. */
const saidOf = (stderr: string, row: Row): readonly string[] =>
  logged(
    stderr.split(`Start restore process for ${nameOf(row)} =====`)[1]?.split('Processing table: ')[0] ?? '',
  );

/** Restores all of them: each is refused for its own reason, which is compared row by row, and nothing is touched. */
async function expectAllRefused(
  stage: Stage,
  rows: readonly Row[],
  told: Told,
  whyOf: (row: Row) => RegExp | undefined,
): Promise<void> {
  await plantAll(stage, rows, told);
  const { code, stderr } = await expectUntouched(stage, () =>
    stage.tool(['restore', '--all', '--yes'], MANY),
  );
  expect(code, stderr).toBe(5);
  const reasons = rows.map((row) => {
    const [why = ''] = saidOf(stderr, row).filter((line) => line.startsWith('ERROR - '));
    return [spoken(row), whyOf(row)?.test(why.slice('ERROR - '.length)) === true ? 'as wanted' : why];
  });
  expect(reasons).toEqual(rows.map((row) => [spoken(row), 'as wanted']));
}

const PATIENCE = { timeout: 120_000 };
const MANY = { deadlineMs: 100_000 };

describe.concurrent('files that are damaged though gzip, tar and the digest of the archive are right', () => {
  it(
    'T-49: each kind of damage that a server takes or refuses is refused by the manifest, alone, before anything is touched',
    PATIENCE,
    async ({ setUp }) => {
      await expectAllRefused(await setUp(), ROWS, 'as they were', ({ against }) => against);
    },
  );

  it(
    'T-49: where the manifest tells the same of them, Digest.crc32, TOC.txt and headers refuse what they cover',
    PATIENCE,
    async ({ setUp }) => {
      await expectAllRefused(await setUp(), REFUSED_ALONE, 'as they are', ({ alone }) => alone);
    },
  );

  it('T-49: so do they in a folder without a manifest', PATIENCE, async ({ setUp }) => {
    await expectAllRefused(await setUp(), REFUSED_ALONE, 'none', ({ alone }) => alone);
  });

  it(
    'T-49: what they do not cover is taken there, and the tool says what it has checked',
    PATIENCE,
    async ({ setUp }) => {
      const stage = await setUp();
      await plantAll(stage, TAKEN_ALONE, 'none');
      const { code, stderr } = await stage.tool(['restore', '--all', '--yes'], MANY);
      expect(code, stderr).toBe(3);
      for (const row of TAKEN_ALONE) {
        expect(saidOf(stderr, row), spoken(row)).toContainEqual(
          expect.stringMatching(
            /^INFO - Backup of \S+ proven: .* no manifest, so only digests and TOC were checked$/,
          ),
        );
        expect(saidOf(stderr, row), spoken(row)).toContainEqual(
          expect.stringMatching(
            /^WARNING - The backup of \S+ has no manifest: nobody could check .*Index\.db/,
          ),
        );
      }
    },
  );
});
