import { fork } from 'node:child_process';
import { readFile, readlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ourselves, withLock } from '../../../src/system/lock.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const me = ourselves('backup', new Date());
const elsewhere = JSON.stringify({
  pid: 7,
  host: 'another-host',
  command: 'backup',
  since: '2026-11-21T10:00:00.000Z',
});

describe('The lock', () => {
  it('names who holds it (T-33)', async () => {
    const directory = await temporaryDirectory();
    await withLock(directory, me, async () => {
      await expect(withLock(directory, me, async () => 0)).rejects.toMatchObject({
        kind: 'busy',
        exitCode: 4,
        message: expect.stringMatching(new RegExp(`process ${process.pid} on .* \\(backup, since`)) as string,
      });
    });
  });

  it('of a process that was killed is free at once (TX-12)', async () => {
    const directory = await temporaryDirectory();
    const script = join(directory, 'hold.mjs');
    const name = await import('../../../src/system/lock.js').then(() => 'held');
    await writeFile(
      script,
      `import { createServer } from 'node:net';
       import { createHash } from 'node:crypto';
       import { statSync } from 'node:fs';
       const { dev, ino } = statSync(${JSON.stringify(directory)});
       const key = createHash('sha256').update(\`alternator-backup \${dev} \${ino}\`).digest('hex');
       createServer().listen({ path: '\\0' + ('alternator-backup-' + key).padEnd(107, '-'), exclusive: true }, () => process.send('${name}'));`,
    );
    const child = fork(script);
    await new Promise((resolve) => child.once('message', resolve));
    await expect(withLock(directory, me, async () => 0)).rejects.toMatchObject({ kind: 'busy' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(await withLock(directory, me, async () => 'ours')).toBe('ours');
  });

  it('of another host counts as long as that host shows that it lives', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lock.json'), elsewhere);
    await expect(withLock(directory, me, async () => 0)).rejects.toMatchObject({
      kind: 'busy',
      hint: expect.stringContaining('lock.json') as string,
    });
    const longAgo = new Date(Date.now() - 11 * 60_000);
    await utimes(join(directory, 'lock.json'), longAgo, longAgo);
    expect(await withLock(directory, me, async () => 'ours')).toBe('ours');
  });

  it('of another network namespace of this host counts like one of another host: its socket cannot be seen', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'lock.json');
    await writeFile(file, JSON.stringify({ ...me, pid: 7, network: 'net:[1]' }));
    await expect(withLock(directory, me, async () => 0)).rejects.toMatchObject({
      kind: 'busy',
      exitCode: 4,
      message: expect.stringContaining('process 7 on ') as string,
      hint: expect.stringContaining('lock.json') as string,
    });
    const longAgo = new Date(Date.now() - 11 * 60_000);
    await utimes(file, longAgo, longAgo);
    expect(await withLock(directory, me, async () => 'ours')).toBe('ours');
  });

  it.each([
    ['of our own network namespace', { network: me.network }],
    ['that names none, since an older release wrote it', { network: undefined }],
  ])('of a dead process of this host %s is free at once', async (_what, written) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lock.json'), JSON.stringify({ ...me, pid: 7, ...written }));
    expect(await withLock(directory, me, async () => 'ours')).toBe('ours');
  });

  it('says in its file in which network namespace it is held', async () => {
    const directory = await temporaryDirectory();
    const text = await withLock(directory, me, () => readFile(join(directory, 'lock.json'), 'utf8'));
    expect(JSON.parse(text)).toMatchObject({ network: await readlink('/proc/self/ns/net') });
  });

  it('that somebody else took over meanwhile is left to them', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'lock.json');
    await withLock(directory, me, () => writeFile(file, elsewhere));
    expect(await readFile(file, 'utf8')).toBe(elsewhere);
  });

  it('is of one folder: another store is another lock', async () => {
    const [one, two] = [await temporaryDirectory(), await temporaryDirectory()];
    expect(await withLock(one, me, () => withLock(two, me, async () => 'both'))).toBe('both');
  });
});
