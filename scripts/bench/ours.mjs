// One piece of work of the product in a process of its own, so that its time has the start in it and its memory nothing else.
// argv: the work, and its options as JSON; standard output: its result as JSON.
import { statSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [, , work, json] = process.argv;
const options = JSON.parse(json);
const { signal } = new AbortController();

const WORKS = {
  async create({ directory, names, archive, jobs, level }) {
    const { packArchive } = await import('../../dist/store/archive/pack.js');
    const files = names.map((name) => ({ name, size: statSync(join(directory, name)).size }));
    const packed = await packArchive({
      directory,
      files,
      archive,
      jobs,
      level,
      signal,
      onBytes: () => undefined,
    });
    await expectDigests(directory, packed.entries);
    const entries = packed.entries.map((entry) => ({ ...entry, digest: digestOf(entry) }));
    writeFileSync(`${archive}.json`, JSON.stringify({ ...packed, entries }));
  },
  /** With nothing changed since `older` was made. */
  async again({ directory, names, older, archive, jobs, level }) {
    const { packArchive } = await import('../../dist/store/archive/pack.js');
    const { partsToReuse } = await import('../../dist/backup/reuse.js');
    const { entries } = JSON.parse(readFileSync(`${older}.json`, 'utf8'));
    const onDamaged = (name, problem) => {
      throw new Error(`${name}: ${problem}`);
    };
    const packed = await packArchive({
      directory,
      files: names.map((name) => ({ name, size: statSync(join(directory, name)).size })),
      archive,
      jobs,
      level,
      reuse: { archive: older, entries: await partsToReuse(directory, names, entries), onDamaged },
      signal,
      onBytes: () => undefined,
    });
    await expectDigests(directory, packed.entries);
    const copied = packed.entries.map((entry) => ({ ...entry, digest: digestOf(entry) }));
    writeFileSync(`${archive}.json`, JSON.stringify({ ...packed, entries: copied }));
    const anew = packed.entries.filter(({ reused }) => !reused);
    if (anew.length > 0) throw new Error(`compressed again: ${anew.map(({ name }) => name).join()}`);
  },
  async unpack({ directory, archive, jobs }) {
    const { unpackArchive } = await import('../../dist/store/archive/unpack.js');
    const { size, sha256, entries } = JSON.parse(readFileSync(`${archive}.json`, 'utf8'));
    const record = { name: 'users_backup.tar.gz', size, sha256, entries };
    await expectDigests(directory, await unpackArchive(directory, { archive, record, jobs, signal }));
  },
  async prove({ archive, jobs }) {
    const { proveArchive } = await import('../../dist/store/archive/prove-archive.js');
    const { size, sha256, entries } = JSON.parse(readFileSync(`${archive}.json`, 'utf8'));
    const record = { name: 'users_backup.tar.gz', size, sha256, entries };
    const { problems } = await proveArchive({ archive, record, jobs, signal });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  },
};

/** Of what passed the gate. */
const digestOf = ({ name }) => (name.endsWith('-Data.db') ? 'ok' : null);

/** The digest gate, as a backup and a restore pass it. */
async function expectDigests(directory, entries) {
  const { proveSSTables } = await import('../../dist/store/prove-sstables.js');
  const { problems } = await proveSSTables(directory, new Map(entries.map((entry) => [entry.name, entry])));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

await WORKS[work](options);
const [, peak] = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ peakMiB: Number(peak) / 1024, cpuMs: (user + system) / 1000 }));
