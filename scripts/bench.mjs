// How fast archives are made and unpacked, as ratios against GNU tar in the same run: times of one machine say nothing
// about another. `npm run bench` (--json for scripts, --megabytes N for another size)
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { splitStatements } from '../dist/cql/splitter.js';
import { packArchive } from '../dist/store/archive/pack.js';
import { readArchive } from '../dist/store/archive/read.js';
import { unpackArchive } from '../dist/store/archive/unpack.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
  },
});
const MIB = 1024 * 1024;
const signal = new AbortController().signal;
const root = mkdtempSync(join(tmpdir(), 'altbk-bench-'));

/** Files like LZ4 SSTables: mostly bytes that do not shrink, between them some that do. */
function makeFiles(directory, megabytes) {
  mkdirSync(directory);
  const plain = Buffer.from('{"pk":{"S":"customer-0001"},"status":"open"} '.repeat(MIB / 45));
  for (let number = 0; number * 32 < megabytes; number += 1) {
    const file = openSync(join(directory, `me-${number}-big-Data.db`), 'w');
    for (let part = 0; part < 32; part += 1) {
      writeSync(file, randomBytes(MIB * 0.6));
      writeSync(file, plain.subarray(0, MIB * 0.4));
    }
    closeSync(file);
  }
  return readdirSync(directory).sort();
}

/** Peers must have written as much as we have when their time stops. */
function sync(path) {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** Description text of so many MB, of tables with views, strings with quotes and `;`, comments. */
function describedText(megabytes) {
  const statement = (number) =>
    `CREATE TABLE alternator_t${number}."t;${number}" (\n    pk text,\n    ":attrs" map<text, blob>,\n    PRIMARY KEY (pk)\n) ` +
    `WITH comment = 'it''s; table ${number}' /* not; here */ AND gc_grace_seconds = 864000;\n\n` +
    `CREATE MATERIALIZED VIEW alternator_t${number}."t:v${number}" AS SELECT * FROM alternator_t${number}."t;${number}"\n` +
    `    WHERE pk IS NOT NULL PRIMARY KEY (pk) WITH comment = '';\n\n`;
  const parts = [];
  for (let length = 0, number = 0; length < megabytes * 1_000_000; number += 1) {
    parts.push(statement(number));
    length += parts.at(-1).length;
  }
  return parts.join('');
}

/** Milliseconds for one MB: the same for any length where time grows with the length only. */
async function splitting() {
  const rows = [];
  for (const megabytes of [2.5, 5, 10]) {
    const text = describedText(megabytes);
    splitStatements(describedText(0.1));
    const times = [];
    for (let turn = 0; turn < 3; turn += 1) times.push(await timed(() => splitStatements(text)));
    rows.push({ megabytes, ms: median(times), msPerMegabyte: median(times) / megabytes });
  }
  return rows;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

try {
  const directory = join(root, 'files');
  const names = makeFiles(directory, Number(values.megabytes));
  const ours = join(root, 'ours.tar.gz');
  const peer = join(root, 'peer.tar.gz');
  let round = 0;
  const fresh = (name) => {
    const folder = join(root, `${name}-${(round += 1)}`);
    mkdirSync(folder);
    return folder;
  };

  const contests = {
    create: {
      ours: async () => {
        rmSync(ours, { force: true });
        await packArchive({ directory, names, archive: ours, signal, onBytes: () => undefined });
        await readArchive({ archive: ours, signal });
      },
      peer: () => {
        execFileSync('tar', ['czf', peer, '-C', directory, '.']);
        sync(peer);
      },
      note: 'ours reads the archive back and proves every byte; tar czf does not',
    },
    unpack: {
      ours: () => unpackArchive(fresh('ours'), { archive: ours, signal }),
      peer: () => {
        const folder = fresh('peer');
        execFileSync('tar', ['xzf', ours, '-C', folder]);
        for (const name of readdirSync(folder)) sync(join(folder, name));
      },
      note: 'ours checks SHA-256 and CRC-32 of every file; tar xzf only the CRC of gzip',
    },
  };

  const results = [];
  for (const [name, { ours: mine, peer: theirs, note }] of Object.entries(contests)) {
    const times = { ours: [], peer: [] };
    for (let turn = 0; turn < Number(values.rounds); turn += 1) {
      times.ours.push(await timed(mine));
      times.peer.push(await timed(theirs));
    }
    const [oursMs, peerMs] = [median(times.ours), median(times.peer)];
    results.push({ name, oursMs, peerMs, ratio: peerMs / oursMs, note });
  }
  const split = await splitting();
  const size = { name: 'size', ratio: statSync(ours).size / statSync(peer).size };

  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ megabytes: Number(values.megabytes), results, size, split })}\n`,
    );
  } else {
    process.stdout.write(`${values.megabytes} MiB in ${names.length} files, median of ${values.rounds}\n`);
    for (const { name, oursMs, peerMs, ratio, note } of results) {
      const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
      process.stdout.write(
        `${name.padEnd(8)} ours ${seconds(oursMs)}  GNU tar ${seconds(peerMs)}  ${ratio.toFixed(2)} × its speed  (${note})\n`,
      );
    }
    process.stdout.write(`archive  ${(100 * size.ratio).toFixed(1)} % of the size of tar czf's\n`);
    for (const { megabytes, ms, msPerMegabyte } of split) {
      process.stdout.write(
        `split    ${megabytes} MB of DESC text in ${(ms / 1000).toFixed(2)} s, ${msPerMegabyte.toFixed(0)} ms per MB\n`,
      );
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
