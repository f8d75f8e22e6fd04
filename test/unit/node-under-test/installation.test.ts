import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory, madeOnce } from '../../node-under-test/cassandra/cache.js';
import { findTools } from '../../node-under-test/cassandra/java.js';
import { runProgram } from '../../node-under-test/cassandra/run-program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'installation-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the cache', () => {
  it('lies where XDG says, else in the home', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: '/x' })).toBe('/x/alternator-backup');
    expect(cacheDirectory({ XDG_CACHE_HOME: 'relative' })).toMatch(/\/\.cache\/alternator-backup$/);
  });

  it('is filled once, also when two want it at the same time', async () => {
    const target = join(folder, 'made');
    let fillings = 0;
    const fill = () =>
      madeOnce(target, async (unfinished) => {
        fillings++;
        await writeFile(join(unfinished, 'file'), `by filling ${fillings}`);
      });
    await Promise.all([fill(), fill()]);
    const first = await readFile(join(target, 'file'), 'utf8');
    await fill();
    expect(fillings).toBe(2);
    expect(await readFile(join(target, 'file'), 'utf8')).toBe(first);
    expect(readdirSync(folder)).toEqual(['made']);
  });

  it('never shows what was not finished', async () => {
    const target = join(folder, 'made');
    const failing = madeOnce(target, async (unfinished) => {
      await writeFile(join(unfinished, 'half'), '');
      throw new Error('the network is gone');
    });
    await expect(failing).rejects.toThrow('the network is gone');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does away with what a killed process left unfinished', async () => {
    mkdirSync(join(folder, '.unfinished-999999999-made-x'));
    await madeOnce(join(folder, 'made'), async () => undefined);
    expect(readdirSync(folder)).toEqual(['made']);
  });
});

describe('the search for Java and Maven', () => {
  function program(...path: string[]): void {
    mkdirSync(join(folder, ...path.slice(0, -1)), { recursive: true });
    writeFileSync(join(folder, ...path), '');
    chmodSync(join(folder, ...path), 0o755);
  }

  function jdk(version: string, programs: readonly string[]): string {
    for (const name of programs) program('jdk', 'bin', name);
    writeFileSync(join(folder, 'jdk', 'release'), `JAVA_VERSION="${version}"\n`);
    return join(folder, 'jdk');
  }

  it('takes the JDK of JAVA_HOME when it is a whole one of the right version', async () => {
    program('path', 'mvn');
    const home = jdk('17.0.9', ['java', 'javac', 'jar']);
    const tools = await findTools({ JAVA_HOME: home, PATH: join(folder, 'path') });
    expect(tools).toEqual({ javaHome: home, maven: join(folder, 'path', 'mvn') });
  });

  it('says what to install when Maven is missing', async () => {
    const home = jdk('17.0.9', ['java', 'javac', 'jar']);
    await expect(findTools({ JAVA_HOME: home, PATH: '' })).rejects.toThrow(
      /Maven.*apt-get install openjdk-17-jdk-headless maven/,
    );
  });

  it('passes over a whole JDK that is too new', async () => {
    program('path', 'mvn');
    const home = jdk('21.0.1', ['java', 'javac', 'jar']);
    const search = findTools({ JAVA_HOME: home, PATH: join(folder, 'path') }, join(folder, 'no jvms'));
    await expect(search).rejects.toThrow(`found: ${home} (Java 21).`);
  });

  it('says what it found when that is too new or has no compiler', async () => {
    program('path', 'mvn');
    const home = jdk('21.0.1', ['java']);
    const search = findTools({ JAVA_HOME: home, PATH: join(folder, 'path') }, join(folder, 'no jvms'));
    await expect(search).rejects.toThrow(
      `needs a JDK 17 (java, javac and jar; newer ones do not run Cassandra 5.0); found: ${home} (Java 21, without javac and jar)`,
    );
  });
});

/** A dead child whose parent is dead too may stay a while, as a zombie. */
const isRunning = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('a program that is run', () => {
  it('is killed with its children when its time is over', async () => {
    const script = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
      console.log(child.pid);
      setTimeout(() => {}, 60000);`;
    const failure = runProgram({ argv: [process.execPath, '-e', script], doing: 'Waiting', timeoutMs: 1000 });
    const message = await failure.then(
      () => 'it ended',
      (error: unknown) => String(error),
    );
    expect(message).toContain('Waiting');
    expect(message).toContain('time limit 1 s');
    const pid = Number(/^(\d+)$/m.exec(message)?.[1]);
    expect(isRunning(pid)).toBe(false);
  });

  it('that fails shows what it last said', async () => {
    const failing = runProgram({
      argv: [process.execPath, '-e', 'console.error("no such artifact"); process.exit(3)'],
      doing: 'Downloading',
      timeoutMs: 10_000,
    });
    await expect(failing).rejects.toThrow(/Downloading: .*ended with 3\nno such artifact/);
  });
});
