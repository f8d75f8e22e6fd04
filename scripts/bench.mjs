// How fast archives are made and unpacked, against GNU tar and pigz in the same run: times of one machine say nothing about
// another. `npm run bench` (--json for scripts, --megabytes N for another size, --sstable DIR for one made before). Restores of one table, against the
// documented procedure: `npm run bench -- restore` (--megabytes, --rounds, --full, --json).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeSSTables } from './bench/data.mjs';
import { listing } from './bench/listing.mjs';
import { contest, median, ours, peer, sync, timed } from './bench/measure.mjs';
import { runRestoreBench } from './bench/restore.mjs';
import { writeRealSSTable } from './bench/real-sstable.mjs';
import { splitting } from './bench/splitting.mjs';

if (process.argv[2] === 'restore') {
  await runRestoreBench(process.argv.slice(3));
  process.exit();
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '3' },
    level: { type: 'string', default: '6' },
    sstable: { type: 'string' },
  },
});
const PROGRAM = fileURLToPath(new URL('../bin/alternator-backup.js', import.meta.url));
const jobs = availableParallelism();
const rounds = Number(values.rounds);
const megabytes = Number(values.megabytes);
const level = Number(values.level);
const say = (text) => process.stderr.write(`${text}\n`);

for (const program of ['tar', 'pigz']) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
  } catch (error) {
    say(`The benchmark needs ${program} (Debian: apt-get install ${program}): ${error.message}`);
    process.exit(1);
  }
}

const root = mkdtempSync(join(tmpdir(), 'altbk-bench-'));
let folders = 0;
const fresh = () => {
  const folder = join(root, `out-${(folders += 1)}`);
  mkdirSync(folder);
  return folder;
};
const without = (path) => rmSync(path, { recursive: true, force: true });

/** Rows of the table: what, ours, theirs, the measure, its target and whether it is met. */
const rows = [];
const row = (name, value, target, isMet, text) => rows.push({ name, value, target, isMet, text });
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const atLeast = (name, value, target, text) => row(name, value, `>= ${target}`, value >= target, text);
const atMost = (name, value, target, text) => row(name, value, `<= ${target}`, value <= target, text);

function archives(directory, names) {
  const mine = join(root, 'ours.tar.gz');
  const gnu = join(root, 'gnu.tar.gz');
  const pigz = join(root, 'pigz.tar.gz');
  const peaks = [];
  const cpu = { create: [], first: [], then: [] };
  const create = contest(
    {
      ours() {
        without(mine);
        const { peakMiB, cpuMs } = ours('create', { directory, names, archive: mine, jobs, level });
        peaks.push(peakMiB);
        cpu.create.push(cpuMs);
      },
      gnu() {
        peer('tar', 'czf', gnu, '-C', directory, '.');
        sync(gnu);
      },
      pigz() {
        peer('tar', '-I', `pigz -6 -p ${jobs}`, '-cf', pigz, '-C', directory, '.');
        sync(pigz);
      },
    },
    rounds,
  );
  const size = (path) => statSync(path).size;
  atLeast(
    'create: × the speed of tar czf',
    create.gnu / create.ours,
    2.5,
    `${seconds(create.ours)} against ${seconds(create.gnu)}`,
  );
  atLeast(
    'create: × the speed of tar | pigz -6',
    create.pigz / create.ours,
    1,
    `${seconds(create.ours)} against ${seconds(create.pigz)}`,
  );
  atMost(
    'create: × the size of tar czf',
    size(mine) / size(gnu),
    1.03,
    `${size(mine)} bytes against ${size(gnu)}`,
  );

  const second = join(root, 'again.tar.gz');
  const third = join(root, 'third.tar.gz');
  const copy = (older, archive, used) => {
    without(archive);
    const { peakMiB, cpuMs } = ours('again', { directory, names, older, archive, jobs, level });
    peaks.push(peakMiB);
    used.push(cpuMs);
  };
  const again = contest(
    {
      // What nobody has decompressed yet is, once; then it is only copied.
      first: () => copy(mine, second, cpu.first),
      then: () => copy(second, third, cpu.then),
    },
    rounds,
  );
  without(second);
  without(third);
  const full = median(cpu.create);
  for (const [which, words] of [
    ['first', 'the first time'],
    ['then', 'from then on, or after verify'],
  ]) {
    atMost(
      `backup again with nothing changed, ${words}: × the time`,
      again[which] / create.ours,
      0.25,
      `${seconds(again[which])} against ${seconds(create.ours)}, no SSTable compressed`,
    );
    const less = median(cpu[which]);
    const text = `${seconds(less)} against ${seconds(full)}`;
    atMost(`backup again, ${words}: × the CPU time`, less / full, 0.1, text);
  }

  const unpack = contest(
    {
      ours() {
        const folder = fresh();
        peaks.push(ours('unpack', { directory: folder, archive: mine, jobs }).peakMiB);
      },
      gnu() {
        const folder = fresh();
        peer('tar', 'xzf', mine, '-C', folder);
        for (const name of readdirSync(folder)) sync(join(folder, name));
      },
    },
    rounds,
  );
  for (; folders > 0; folders -= 1) without(join(root, `out-${folders}`));
  atLeast(
    'unpack, all proven: × the speed of tar xzf',
    unpack.gnu / unpack.ours,
    2,
    `${seconds(unpack.ours)} against ${seconds(unpack.gnu)}`,
  );
  const proving = timed(() => peaks.push(ours('prove', { archive: mine, jobs }).peakMiB));
  row('verify: MB/s', megabytes / (proving / 1000), '', true, seconds(proving));
  return { mine, peaks };
}

function memory(real, peaks) {
  const large = join(root, 'large');
  const names = makeSSTables(real, large, 4 * megabytes);
  const archive = join(root, 'large.tar.gz');
  const most = [ours('create', { directory: large, names, archive, jobs, level }).peakMiB];
  without(large);
  most.push(ours('unpack', { directory: fresh(), archive, jobs }).peakMiB);
  most.push(ours('prove', { archive, jobs }).peakMiB);
  const shown = (list) => list.map((peak) => peak.toFixed(0)).join(', ');
  atMost('peak memory, MiB', Math.max(...peaks), 200, `of each run: ${shown(peaks)}`);
  atMost(
    'peak memory with 4 × the data, MiB',
    Math.max(...most),
    200,
    `create, unpack, verify: ${shown(most)}`,
  );
}

function start() {
  const node = () => execFileSync(process.execPath, ['-e', '0']);
  const version = () => execFileSync(process.execPath, [PROGRAM, '--version']);
  const times = contest({ node, version }, 9);
  atMost(
    '--version: × the time of node -e 0',
    times.version / times.node,
    3,
    `${seconds(times.version)} against ${seconds(times.node)}`,
  );
}

try {
  const real = values.sstable ?? (await writeRealSSTable(join(root, 'real'), say));
  const directory = join(root, 'files');
  const names = makeSSTables(real, directory, megabytes);
  const { peaks } = archives(directory, names);
  without(directory);
  memory(real, peaks);
  start();
  atMost(
    'list of 1,000 tables, s',
    (await listing(join(root, 'store'), PROGRAM)) / 1000,
    1,
    'through the command line',
  );
  for (const { megabytes: size, ms, msPerMegabyte } of splitting())
    row(`split ${size} MB of DESC text: ms per MB`, msPerMegabyte, '', true, seconds(ms));

  if (values.json) process.stdout.write(`${JSON.stringify({ megabytes, jobs, level, rounds, rows })}\n`);
  else {
    process.stdout.write(
      `${megabytes} MB in ${names.length} files, ${jobs} cores, level ${level}, medians of ${rounds}\n`,
    );
    for (const { name, value, target, isMet, text } of rows) {
      const verdict = target === '' ? '' : isMet ? 'met' : 'MISSED';
      process.stdout.write(
        `${name.padEnd(46)} ${value.toFixed(2).padStart(8)}  ${target.padEnd(8)} ${verdict.padEnd(7)} ${text}\n`,
      );
    }
  }
} finally {
  without(root);
}
