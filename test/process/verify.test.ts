import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { parseManifest, renderManifest } from '../../src/model/manifest.js';
import { flipByte } from './harness/damage.js';
import type { ToolResult } from './harness/running-tool.js';
import { it, type Stage } from './harness/stage.js';

const TWO_TABLES = { tables: [{ name: 'users', like: 'orders' }, { name: 'orders' }] } as const;

const NO_NODE = {
  ALTERNATOR_BACKUP_ENDPOINT: 'http://127.0.0.1:1',
  ALTERNATOR_BACKUP_CQL_PORT: '1',
  ALTERNATOR_BACKUP_NODETOOL: '/no/such/nodetool',
  ALTERNATOR_BACKUP_SERVICE: 'none',
} as const;

interface Summary {
  readonly command: string;
  readonly depth: string;
  readonly exitCode: number;
  readonly backups: readonly {
    readonly table: string;
    readonly label: string | null;
    readonly state: string;
    readonly problems: readonly string[];
  }[];
  readonly failures: readonly { readonly table: string; readonly error: string }[];
}

function summaryOf({ stdout }: ToolResult): Summary {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(last) as { summary: Summary }).summary;
}

const verify = (stage: Stage, ...args: readonly string[]) =>
  stage.tool(['verify', ...args], { env: NO_NODE });

const inFolder = ({ backups }: Stage, name: string) => join(backups, 'users', name);

/** Paths are shown as the operator wrote them. */
const endOf = (folder: string) => new RegExp(`${folder.slice(folder.indexOf('/backups/'))}$`);

const labelOf = (stage: Stage, table = 'users') =>
  parseManifest(readFileSync(join(stage.backups, table, 'manifest.json'), 'utf8')).label;

/** A store with one backup of `users`, and a way to have it whole again after each damage. */
async function storeToDamage(stage: Stage): Promise<{ readonly heal: () => void }> {
  await stage.tool(['backup', 'users']);
  const kept = join(stage.cwd, 'kept');
  cpSync(join(stage.backups, 'users'), kept, { recursive: true });
  return {
    heal() {
      rmSync(join(stage.backups, 'users'), { recursive: true });
      cpSync(kept, join(stage.backups, 'users'), { recursive: true });
    },
  };
}

describe.concurrent('verify', () => {
  it('T-35: says ✓ Valid of a good backup, needs no database, leaves no log, and list and show remember it', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const before = readdirSync(stage.cwd);
    const label = labelOf(stage);
    const result = await verify(stage, 'users', '--log-dir', '/no/such/place');
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toMatch(
      new RegExp(`^✓ Valid: users ${label}, 11 files, 1 SSTable, [\\d.]+ KiB\n$`),
    );
    expect(readdirSync(stage.cwd)).toEqual(before);
    const list = await stage.tool(['list'], { env: NO_NODE });
    expect(list.stdout).toMatch(/ ✓ full, \d+ seconds? ago /);
    const show = await stage.tool(['show', 'users'], { env: NO_NODE });
    expect(show.stdout).toMatch(/^ {2}Verified +✓ full, \d+ seconds? ago$/m);
    // A quick look afterwards says less, and takes nothing away.
    const quick = await verify(stage, 'users', '--quick');
    expect(quick.code, quick.stderr).toBe(0);
    expect(quick.stdout).toContain('not checked: only sizes were compared');
    expect((await stage.tool(['list'], { env: NO_NODE })).stdout).toContain('✓ full');
    // The next backup is another one: nobody has verified it.
    await stage.tool(['backup', 'users']);
    const lines = (await stage.tool(['list', 'users'], { env: NO_NODE })).stdout.split('\n');
    expect(lines[1]).toMatch(/ 1 of 2 +never /);
    expect(lines[2]).toMatch(/ 2 of 2 +✓ full, /);
  });

  it('T-35: says ✗ Invalid, names the file and what is wrong, and ends with exit status 1, for each kind of damage', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const { heal } = await storeToDamage(stage);
    const archive = inFolder(stage, 'users_backup.tar.gz');
    const manifestFile = inFolder(stage, 'manifest.json');
    const text = readFileSync(manifestFile, 'utf8');
    const { checksum, ...manifest } = parseManifest(text);
    const size = readFileSync(archive).length;
    const rewrite = (change: object) => {
      writeFileSync(manifestFile, renderManifest({ ...manifest, ...change }));
    };
    expect(checksum).toHaveLength(64);
    for (const [what, damage, says, quickFinds] of [
      [
        'a flipped byte',
        () => {
          flipByte(archive, size >> 1);
        },
        /users_backup\.tar\.gz/,
        false,
      ],
      [
        'a cut archive',
        () => {
          truncateSync(archive, size - 100);
        },
        /users_backup\.tar\.gz has \d+ bytes instead of/,
        true,
      ],
      [
        'an archive with something behind it',
        () => {
          appendFileSync(archive, 'x');
        },
        /users_backup\.tar\.gz has \d+ bytes instead of/,
        true,
      ],
      [
        'an empty archive',
        () => {
          truncateSync(archive, 0);
        },
        /users_backup\.tar\.gz has 0 bytes/,
        true,
      ],
      [
        'no archive',
        () => {
          rmSync(archive);
        },
        /users_backup\.tar\.gz is missing/,
        true,
      ],
      [
        'a view that is gone',
        () => {
          rmSync(inFolder(stage, 'materialized_view_2.cql'));
        },
        /materialized_view_2\.cql is missing/,
        true,
      ],
      [
        'a view that came from elsewhere',
        () => {
          writeFileSync(inFolder(stage, 'materialized_view_9.cql'), 'x');
        },
        /materialized_view_9\.cql lies there/,
        true,
      ],
      [
        'a schema with a flipped byte',
        () => {
          flipByte(inFolder(stage, 'alternator_schema.json'), 20);
        },
        /alternator_schema\.json has other bytes/,
        false,
      ],
      [
        'a README that is a link',
        () => {
          rmSync(inFolder(stage, 'README.txt'));
          execFileSync('ln', ['-s', '/etc/hostname', inFolder(stage, 'README.txt')]);
        },
        /README\.txt is no regular file/,
        true,
      ],
      [
        'no manifest',
        () => {
          rmSync(manifestFile);
        },
        /manifest\.json is missing/,
        true,
      ],
      [
        'half a manifest',
        () => {
          truncateSync(manifestFile, text.length >> 1);
        },
        /manifest\.json cannot be trusted/,
        true,
      ],
      [
        'a manifest with other numbers',
        () => {
          writeFileSync(manifestFile, text.replace('"sstables": 1', '"sstables": 2'));
        },
        /manifest\.json cannot be trusted: its checksum/,
        true,
      ],
      [
        'a manifest of a newer format',
        () => {
          writeFileSync(manifestFile, '{"format": 2}');
        },
        /it has format 2; this version of the tool reads up to 1/,
        true,
      ],
      [
        'a manifest of another table',
        () => {
          rewrite({ table: { ...manifest.table, name: 'orders' } });
        },
        /manifest\.json is of table 'orders'/,
        true,
      ],
      [
        'a manifest of another archive',
        () => {
          rewrite({
            archive: {
              ...manifest.archive,
              sha256: '0'.repeat(64),
              entries: manifest.archive.entries.map((entry) => ({ ...entry, sha256: '0'.repeat(64) })),
            },
          });
        },
        /users_backup\.tar\.gz/,
        false,
      ],
      [
        'a schema that is no CQL, though the manifest has it',
        () => {
          storeSchema(stage, manifest, 'CREATE TABLE "');
        },
        /table_schema\.cql cannot be split/,
        false,
      ],
      [
        'a schema of another table, though the manifest has it',
        () => {
          storeSchema(stage, manifest, 'CREATE TABLE a.b (c int PRIMARY KEY);');
        },
        /table_schema\.cql makes a\.b/,
        false,
      ],
    ] as const) {
      damage();
      const result = await verify(stage, 'users');
      expect([what, result.code], result.stdout + result.stderr).toEqual([what, 1]);
      expect(result.stdout, what).toMatch(/^✗ Invalid: users /m);
      expect(result.stdout, what).toMatch(says);
      const json = await verify(stage, '--quick', '--json');
      expect([what, json.code, summaryOf(json).exitCode]).toEqual([what, quickFinds ? 1 : 0, json.code]);
      if (quickFinds) expect(summaryOf(json).backups[0]?.problems.join(), what).toMatch(says);
      heal();
    }
    const result = await verify(stage, '--all');
    expect([result.code, result.stdout]).toEqual([0, expect.stringContaining('✓ Valid')]);
  }, 240_000);

  it('finds damage that was in the SSTables before they were archived, although every checksum of ours is right', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    repack(stage, (folder) => {
      const data = readdirSync(folder).find((name) => name.endsWith('-Data.db')) ?? '';
      flipByte(join(folder, data), 30);
    });
    const flipped = await verify(stage, 'users');
    expect(flipped.code).toBe(1);
    expect(flipped.stdout).toMatch(/-Data\.db has CRC-32 \d+, but Digest\.crc32 says \d+/);
    repack(stage, (folder) => {
      const toc = readdirSync(folder).find((name) => name.endsWith('-TOC.txt')) ?? '';
      rmSync(join(folder, toc));
    });
    const without = await verify(stage, 'users');
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(/-TOC\.txt is missing/);
  });

  it('an SSTable without a digest, where its TOC.txt lists none, is valid but unproven: exit status 3', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    repack(stage, (folder) => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        if (name.endsWith('Digest.crc32')) rmSync(path);
        if (name.endsWith('TOC.txt'))
          writeFileSync(path, readFileSync(path, 'utf8').replace('Digest.crc32\n', ''));
      }
    });
    const result = await verify(stage, 'users');
    expect(result.code, result.stdout).toBe(3);
    expect(result.stdout).toMatch(
      /^✓ Valid: users .*, unproven\n {4}unproven: SSTable me-\S+ has no digest$/m,
    );
    expect((await stage.tool(['list'], { env: NO_NODE })).stdout).toContain('✓ full, unproven, ');
  });

  it('of several says how it is with each; names that have no backup are failures of their own; --json tells it to scripts', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', '--all']);
    flipByte(inFolder(stage, 'users_backup.tar.gz'), 2000);
    mkdirSync(join(stage.backups, 'empty'));
    for (const args of [[], ['--all'], ['--all', '--full']]) {
      const result = await verify(stage, ...args);
      expect([args, result.code], result.stderr).toEqual([args, 1]);
      expect(result.stdout).toMatch(/^✓ Valid: orders /m);
      expect(result.stdout).toMatch(/^✗ Invalid: users /m);
      expect(result.stdout).toMatch(/^✗ Invalid: empty /m);
      expect(result.stdout).toContain('\n3 backups: 1 valid, 2 invalid\n');
    }
    const named = await verify(stage, 'orders', 'nosuch', '--json');
    expect(named.code).toBe(1);
    expect(summaryOf(named)).toMatchObject({
      command: 'verify',
      depth: 'full',
      exitCode: 1,
      backups: [{ table: 'orders', label: labelOf(stage, 'orders'), state: 'valid', problems: [] }],
      failures: [{ table: 'nosuch', error: 'Backup folder ./backups/nosuch does not exist' }],
    });
    const quiet = await verify(stage, '--quiet');
    expect(quiet.stdout).toBe('');
    expect(quiet.stderr).toMatch(/ERROR - Backup \S+ of users is damaged: users_backup\.tar\.gz/);
    const list = await stage.tool(['list'], { env: NO_NODE });
    expect(list.stdout).toMatch(/^users .* ✗ invalid, \d+ seconds? ago /m);
  });

  it('--from verifies an older generation, of all tables those that have it; an unknown label is exit status 1', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const older = labelOf(stage);
    await stage.tool(['backup', '--all']);
    flipByte(join(stage.backups, '@versions', 'users', older, 'users_backup.tar.gz'), 2000);
    for (const args of [['users'], ['--all'], []]) {
      const result = await verify(stage, ...args, '--from', older);
      expect([args, result.code], result.stderr).toEqual([args, 1]);
      expect(result.stdout).toContain(`✗ Invalid: users ${older}`);
      expect(result.stdout).not.toContain('orders');
    }
    const newest = await verify(stage, '--all', '--from', labelOf(stage));
    expect([newest.code, newest.stdout]).toEqual([
      0,
      expect.stringContaining('2 backups: 2 valid, 0 invalid'),
    ]);
    for (const [args, code, what] of [
      [['users', '--from', 'users_19990101_full'], 1, `There are: ${labelOf(stage)}, ${older}.`],
      [['--from', 'users_19990101_full'], 1, 'No table has a backup users_19990101_full'],
      [['--from', '../x'], 2, "--from '../x' is not a label"],
      [['users', '--all'], 2, '--all and names of tables exclude each other'],
      [['--quick', '--full'], 2, '--quick and --full exclude each other'],
    ] as const) {
      const result = await verify(stage, ...args);
      expect([args, result.code], result.stderr).toEqual([args, code]);
      expect(result.stderr).toContain(what);
    }
  });

  it('--from tells a manifest that is damaged from a backup that is not there, of the newest and of an older one, and where it lies', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const older = labelOf(stage);
    await stage.tool(['backup', 'users']);
    const newest = labelOf(stage);
    for (const [label, folder] of [
      [older, join(stage.backups, '@versions', 'users', older)],
      [newest, join(stage.backups, 'users')],
    ] as const) {
      const path = join(folder, 'manifest.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"attempt": 1', '"attempt": 2'));
      const result = await verify(stage, 'users', '--from', label, '--json');
      expect(result.code, result.stderr).toBe(1);
      expect(summaryOf(result)).toMatchObject({
        backups: [
          { table: 'users', label, state: 'invalid', folder: expect.stringMatching(endOf(folder)) as string },
        ],
        failures: [],
      });
    }
  });

  it('a folder where a schema file should be is damage of that backup alone: the others are verified', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', '--all']);
    const orders = join(stage.backups, 'orders');
    for (const name of ['manifest.json', 'alternator_schema.json', 'keyspace.cql', 'README.txt'])
      rmSync(join(orders, name));
    mkdirSync(join(orders, 'keyspace.cql'));
    const result = await verify(stage);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stdout).toMatch(/✗ Invalid: orders .*\n.*keyspace\.cql is no regular file/);
    expect(result.stdout).toContain('2 backups: 1 valid, 1 invalid');
  });

  it('folders of the documented scripts are verified as far as they allow, and it says what could not be checked', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    for (const name of ['manifest.json', 'alternator_schema.json', 'keyspace.cql', 'README.txt'])
      rmSync(inFolder(stage, name));
    const good = await verify(stage, 'users');
    expect(good.code, good.stdout + good.stderr).toBe(0);
    expect(good.stdout).toMatch(
      /^✓ Valid: users \(documented script\), 11 files, 1 SSTable, .*\n {4}not checked: it has no manifest/,
    );
    expect((await stage.tool(['list'], { env: NO_NODE })).stdout).toMatch(/ ✓ full, \d+ seconds? ago /);
    const archive = inFolder(stage, 'users_backup.tar.gz');
    const whole = readFileSync(archive);
    for (const [damage, says] of [
      [
        () => {
          truncateSync(archive, whole.length - 50);
        },
        /users_backup\.tar\.gz/,
      ],
      [
        () => {
          flipByte(archive, whole.length >> 1);
        },
        /users_backup\.tar\.gz/,
      ],
      [
        () => {
          writeFileSync(inFolder(stage, 'table_schema.cql'), 'CREATE TABLE ks."');
        },
        /table_schema\.cql cannot be split/,
      ],
    ] as const) {
      damage();
      const result = await verify(stage, 'users');
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(/^✗ Invalid: users \(documented script\)/);
      expect(result.stdout).toMatch(says);
      writeFileSync(archive, whole);
    }
  });

  it('of a store that cannot be written to it tells the same; only nothing is remembered', async ({
    setUp,
    skip,
  }) => {
    skip(process.getuid?.() !== 0, 'only root can mount');
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const mounted = join(stage.cwd, 'mounted');
    mkdirSync(mounted);
    execFileSync('mount', ['--bind', stage.backups, mounted]);
    try {
      execFileSync('mount', ['-o', 'remount,ro,bind', mounted]);
      const result = await verify(stage, '--all', '--backup-dir', 'mounted');
      expect(result.code, result.stderr).toBe(0);
      expect(result.stdout).toMatch(/^✓ Valid: users /);
      expect(result.stderr).toMatch(/cannot be remembered in \S+: Read-only file system/);
      expect(existsSync(join(stage.backups, '@state', 'verified'))).toBe(false);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });

  it('while backups replace what is being read nothing is ever called damaged', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    await stage.tool(['backup', 'users']);
    const backups = (async () => {
      for (let round = 0; round < 4; round += 1)
        expect((await stage.tool(['backup', 'users', '--keep-versions', '1'])).code).toBe(0);
    })();
    const over = new AbortController();
    void backups.finally(() => {
      over.abort();
    });
    do {
      const result = await verify(stage, 'users');
      expect([result.code, result.stdout], result.stderr).toEqual([0, expect.stringContaining('✓ Valid')]);
    } while (!over.signal.aborted);
    await backups;
  });
});

type AnyManifest = Parameters<typeof renderManifest>[0];

/** Another table_schema.cql, of which the manifest knows. */
function storeSchema(stage: Stage, manifest: AnyManifest, text: string): void {
  const path = inFolder(stage, 'table_schema.cql');
  writeFileSync(path, text);
  const files = manifest.files.map((file) =>
    file.name === 'table_schema.cql' ? { ...file, size: text.length, sha256: sha256Of(path) } : file,
  );
  writeFileSync(inFolder(stage, 'manifest.json'), renderManifest({ ...manifest, files }));
}

const sha256Of = (path: string): string =>
  execFileSync('sha256sum', [path], { encoding: 'utf8', timeout: 20_000 }).slice(0, 64);

/** The archive with other files in it, in one stream, and a manifest that has their right sizes and checksums. */
function repack(stage: Stage, change: (folder: string) => void): void {
  const archive = inFolder(stage, 'users_backup.tar.gz');
  const folder = join(stage.cwd, `repacked-${Math.random()}`);
  mkdirSync(folder);
  execFileSync('tar', ['xzf', archive, '-C', folder], { timeout: 20_000 });
  change(folder);
  const names = readdirSync(folder).map((name) => `./${name}`);
  execFileSync('tar', ['czf', archive, '-C', folder, ...names], { timeout: 20_000 });
  const path = inFolder(stage, 'manifest.json');
  const { checksum, ...manifest } = parseManifest(readFileSync(path, 'utf8'));
  expect(checksum).toHaveLength(64);
  const entries = manifest.archive.entries
    .filter(({ name }) => existsSync(join(folder, name)))
    .map((entry) => {
      const file = join(folder, entry.name);
      return { ...entry, size: readFileSync(file).length, sha256: sha256Of(file), segment: null };
    });
  const record = {
    ...manifest.archive,
    size: readFileSync(archive).length,
    sha256: sha256Of(archive),
    entries,
  };
  writeFileSync(path, renderManifest({ ...manifest, archive: record }));
}
