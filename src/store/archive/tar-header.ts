import { Header, Pax } from 'tar';

export const TAR_BLOCK = 512;

/** Readable by everybody, as SSTables are, and never a bit more. Whoever unpacks as root gets what root's umask says. */
const MODE = 0o644;

export interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The header of the entry `./<name>`; before it a pax header where name, size or time do not fit into the plain one. */
export function tarHeaderOf({ name, size, mtimeMs }: TarEntry): Buffer {
  const path = `./${name}`;
  const mtime = new Date(Math.floor(mtimeMs / 1000) * 1000);
  const header = new Header({ path, type: 'File', size, mtime, mode: MODE });
  if (!header.encode()) return blockOf(header);
  // In the plain header only the beginning of the path: cut at its slash, some readers would put both together.
  const plain = new Header({ path: path.slice(0, 96), type: 'File', size, mtime, mode: MODE });
  plain.encode();
  return Buffer.concat([new Pax({ path, size, mtime }).encode(), blockOf(plain)]);
}

/** Of an archive of no files: the folder itself, as GNU tar writes it; no reader takes an empty tar for one. */
export function tarHeaderOfNothing(): Buffer {
  const header = new Header({ path: './', type: 'Directory', size: 0, mtime: new Date(0), mode: 0o755 });
  header.encode();
  return blockOf(header);
}

export const paddingAfter = (size: number): number => (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;

/**
 * How long the header at the beginning of a segment is, once it was found to announce exactly this entry. Otherwise a clause that
 * says what it announces. Anything that could make another reader see something else (links, sparse files, GNU's long names,
 * unknown pax members) is refused.
 */
export function readTarHeader(bytes: Buffer, entry: Pick<TarEntry, 'name' | 'size'>): number | string {
  const first = decode(bytes, 0);
  if (typeof first === 'string') return first;
  if (first.type !== 'ExtendedHeader') return agrees(first, entry) ?? TAR_BLOCK;

  const at = TAR_BLOCK + (first.size ?? 0) + paddingAfter(first.size ?? 0);
  if (first.size === undefined || first.size > MOST_PAX || at + TAR_BLOCK > bytes.byteLength)
    return 'its extended tar header is too long';
  const text = bytes.subarray(TAR_BLOCK, TAR_BLOCK + first.size).toString('utf8');
  const strange = paxMembers(text).find((key) => !KNOWN_PAX.has(key));
  if (strange !== undefined) return `its extended tar header has the unknown member ${strange.slice(0, 40)}`;
  const header = decode(bytes, at, Pax.parse(text));
  if (typeof header === 'string') return header;
  return agrees(header, entry) ?? at + TAR_BLOCK;
}

const KNOWN_PAX: ReadonlySet<string> = new Set(['path', 'size', 'mtime']);
const MOST_PAX = 64 * 1024;

/** The keys of `<length> <key>=<value>\n` records; one that cannot be read is a strange key. */
function paxMembers(text: string): readonly string[] {
  const keys: string[] = [];
  let rest = Buffer.from(text);
  while (rest.byteLength > 0) {
    const match = /^(\d{1,6}) ([^=\n]+)=/.exec(rest.toString('latin1'));
    const length = Number(match?.[1]);
    if (!match || length > rest.byteLength || rest[length - 1] !== 0x0a)
      return [...keys, 'that nobody can read'];
    keys.push(match[2] ?? '');
    rest = rest.subarray(length);
  }
  return keys;
}

function decode(bytes: Buffer, at: number, pax?: Pax): Header | string {
  if (at + TAR_BLOCK > bytes.byteLength) return 'its tar header is cut off';
  const header = new Header(bytes, at, pax);
  return header.cksumValid ? header : 'its tar header is damaged';
}

function agrees(header: Header, { name, size }: Pick<TarEntry, 'name' | 'size'>): string | undefined {
  if (header.path !== `./${name}`) return `its tar header names ${header.path ?? 'nothing'}`;
  if (header.type !== 'File') return `it is no regular file in the archive, but a ${header.type}`;
  if (header.size !== size) return `its tar header says ${header.size ?? 'no'} bytes instead of ${size}`;
  return undefined;
}

function blockOf({ block }: Header): Buffer {
  if (!block) throw new Error('The tar package made no header');
  return block;
}
