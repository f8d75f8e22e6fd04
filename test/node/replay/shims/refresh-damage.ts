import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { changeByte, changeByteAt, cut, file, forAll, misspell, own, toLinks } from './file-damage.js';
import type { NodetoolCall } from './recorded.js';

/** What was done to the files in `upload/` before the recorded call, done to these files. */
export function prepare(upload: string, call: NodetoolCall): void {
  const slug = call.file.replace(/^\d+-refresh-(.*)\.json$/, '$1');
  const prepared = call.prepared ?? '';
  if (prepared !== '') {
    for (const [pattern, act] of PREPARED) {
      const found = pattern.exec(prepared);
      if (found === null) continue;
      act(upload, found);
      return;
    }
    throw new Error(`${call.file}: nobody knows how to prepare "${prepared}"`);
  }
  const missing = /missing-([a-z]+)(?:-(db|txt|crc32))?/.exec(slug);
  if (missing !== null) rmSync(file(upload, componentOf(missing[1] ?? '', missing[2] ?? 'db')));
  if (slug.startsWith('only-data')) {
    for (const name of readdirSync(upload).filter((entry) => !entry.endsWith('-Data.db')))
      rmSync(join(upload, name));
  }
}

type Act = (upload: string, found: RegExpExecArray) => void;

const PREPARED: readonly (readonly [RegExp, Act])[] = [
  [
    /^sub\/$/,
    (upload) => {
      mkdirSync(join(upload, 'sub'));
    },
  ],
  [
    /^every file is a symbolic link$/,
    (upload) => {
      toLinks(upload);
    },
  ],
  [
    /^mode (\d+)$/,
    (upload, [, mode = '']) => {
      forAll(upload, (path) => {
        chmodSync(path, parseInt(mode, 8));
      });
    },
  ],
  [
    /^the last of 2 (\S+): byte (-?\d+) of (\d+) changed$/,
    (upload, [, component = '', at, size]) => {
      changeByte(file(upload, component, -1), Number(at) / Number(size));
    },
  ],
  [
    /^one (\S+) removed$/,
    (upload, [, component = '']) => {
      rmSync(file(upload, component, -1));
    },
  ],
  [
    /^byte \d+ of \d+ of TOC\.txt changed$/,
    (upload) => {
      misspell(file(upload, 'TOC.txt'), 'Summary.db');
    },
  ],
  // The high byte of a chunk's offset.
  [
    /^byte \d+ of \d+ of CompressionInfo\.db changed$/,
    (upload) => {
      const path = file(upload, 'CompressionInfo.db');
      changeByteAt(path, readFileSync(path).length - 8);
    },
  ],
  [
    /^byte -1 of \d+ of (\S+) changed$/,
    (upload, [, component = '']) => {
      const path = file(upload, component);
      changeByteAt(path, readFileSync(path).length - 1);
    },
  ],
  [
    /^byte (\d+) of (\d+) of (\S+) changed$/,
    (upload, [, at, size, component = '']) => {
      const path = file(upload, component);
      // Uncompressed data: a byte of a value, so that the rows around it stay readable.
      if (component === 'Data.db' && Number(size) === 55312) misspell(path, 'text of item', 0.5);
      else changeByte(path, Number(at) / Number(size));
    },
  ],
  [
    /^first letter of a value "(\w+)" changed/,
    (upload, [, value = '']) => {
      misspell(file(upload, 'Data.db'), value);
    },
  ],
  [
    /^Digest\.crc32 = 1$/,
    (upload) => {
      writeFileSync(file(upload, 'Digest.crc32'), '1');
    },
  ],
  [
    /^Digest\.crc32 empty$/,
    (upload) => {
      truncateSync(file(upload, 'Digest.crc32'));
    },
  ],
  [
    /^half of Data\.db$/,
    (upload) => {
      cut(file(upload, 'Data.db'), (size) => Math.floor(size / 2));
    },
  ],
  [
    /^Data\.db empty$/,
    (upload) => {
      truncateSync(file(upload, 'Data.db'));
    },
  ],
  [
    /^Data\.db one byte short$/,
    (upload) => {
      cut(file(upload, 'Data.db'), (size) => size - 1);
    },
  ],
  [
    /^four bytes appended to Data\.db$/,
    (upload) => {
      appendFileSync(file(upload, 'Data.db'), Buffer.from([1, 2, 3, 4]));
    },
  ],
  [
    /^owner root, mode (\d+)$/,
    (upload, [, mode = '']) => {
      forAll(upload, (path) => {
        chmodSync(path, parseInt(mode, 8));
      });
    },
  ],
  [
    /^only (\S+) owned by root$/,
    (upload, [, component = '']) => {
      own(upload);
      chownSync(file(upload, component), 0, 0);
    },
  ],
  [
    /^chowned to the uid of the server$/,
    (upload) => {
      own(upload);
    },
  ],
  [
    /^chowned, mode (\d+)$/,
    (upload, [, mode = '']) => {
      own(upload);
      forAll(upload, (path) => {
        chmodSync(path, parseInt(mode, 8));
      });
    },
  ],
  [
    /^uid of the server, group root$/,
    (upload) => {
      own(upload, 0);
    },
  ],
  [
    /^SSTables chowned, manifest\.json and schema\.cql owned by root$/,
    (upload) => {
      own(upload);
      for (const name of ['manifest.json', 'schema.cql']) chownSync(join(upload, name), 0, 0);
    },
  ],
  [
    /^directory upload\/ owned by root, mode (\d+)$/,
    (upload) => {
      own(upload);
      chownSync(upload, 0, 0);
    },
  ],
  [
    /^sub\/ owned by root$/,
    (upload) => {
      own(upload);
      mkdirSync(join(upload, 'sub'));
    },
  ],
  // Everything else is the name of a foreign file.
  [
    /^\S+$/,
    (upload, [name]) => {
      writeFileSync(join(upload, foreignName(name)), 'not an SSTable\n');
    },
  ],
];

/** `nb` is what this server writes; the format that it does not know is `la`. */
const foreignName = (name: string) => name.replace(/^nb-/, 'la-').replace(/^me-/, 'nb-');

/** `data-db` and `digest-crc32` in the names of recordings. */
function componentOf(name: string, ending: string): string {
  const wanted = `${name}.${ending}`;
  const known = [
    'Data.db',
    'Index.db',
    'Statistics.db',
    'TOC.txt',
    'Digest.crc32',
    'CompressionInfo.db',
    'Filter.db',
    'Summary.db',
    'CRC.db',
    'Scylla.db',
  ];
  const component = known.find((candidate) => candidate.toLowerCase() === wanted);
  if (component === undefined) throw new Error(`no component is called ${wanted}`);
  return component;
}
