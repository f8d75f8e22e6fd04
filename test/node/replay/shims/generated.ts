/**
 * What every run generates anew, so that it cannot be as recorded. Each rule replaces such a value by its name, in the
 * recording and in the answer; what is around it, and that something of this shape is there, is compared.
 */
interface TextRule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly shown: string;
}

const TEXT_RULES: readonly TextRule[] = [
  { name: 'address of a node', pattern: /127\.0\.0\.\d+/g, shown: 'ADDRESS' },
  { name: 'port of REST', pattern: /ADDRESS:\d+/g, shown: 'ADDRESS:PORT' },
  {
    name: 'id of a host or schema version',
    pattern: /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
    shown: 'UUID',
  },
  { name: 'id of a table', pattern: /-[0-9a-f]{32}\b/g, shown: '-ID' },
  {
    name: 'format and generation of an SSTable',
    pattern: /\b(me|nb)-[0-9a-z]{4}_[0-9a-z]{4}_[0-9a-z]{18}-big\b/g,
    shown: 'SSTABLE',
  },
  { name: 'tag made from the time', pattern: /\b17\d{11}\b/g, shown: 'TIME' },
  { name: 'token', pattern: /(?<![\w.])-?\d{15,20}(?!\w)/g, shown: 'TOKEN' },
  { name: 'all space used by snapshots', pattern: /(TrueDiskSpaceUsed: ).*/g, shown: '$1SIZE' },
  { name: 'size that is not zero', pattern: /\b(?!0 )\d+(\.\d+)? (bytes|KB|MB|GB|KiB|MiB)/g, shown: 'SIZE' },
  { name: 'where and how a chunk is damaged', pattern: /\b(size|offset) \d+/g, shown: '$1 N' },
  { name: 'checksums of a damaged chunk', pattern: /\b(expected|actual|chunk_len)=\d+/g, shown: '$1=N' },
  { name: 'call stack', pattern: /( Backtrace:) [^]*?\)\n?$/g, shown: '$1 STACK)\n' },
  { name: 'table of one refresh recording', pattern: /(?<![a-z])rf\d+\b/g, shown: 'RF' },
  { name: 'table of one recording of a build', pattern: /(?<![a-z])slow2\b/g, shown: 'slow' },
  { name: 'build that has not ended, begun or not', pattern: /\bSTARTED\b/g, shown: 'UNKNOWN' },
  { name: 'number of tokens', pattern: /(?<=\s)(SIZE|\?) +\d+ +(\?|\d+\.\d%)/g, shown: '$1 TOKENS $2' },
  {
    name: 'load that gossip has told or not',
    pattern: /\b([UD]N ADDRESS) +(SIZE|\?) TOKENS/g,
    shown: '$1 LOAD TOKENS',
  },
  { name: 'number of tokens', pattern: /all \d+ tokens/g, shown: 'all TOKENS tokens' },
  {
    name: 'memory, caches and times of info',
    pattern:
      /^((Generation No|Uptime \(seconds\)|(Off )?Heap Memory \(MB\)|(Key|Row|Counter) Cache) *: ).*$/gm,
    shown: '$1FACTS',
  },
  { name: 'share of the ring, but for its rounding', pattern: /\b(1\.000000|0\.999999)\d\b/g, shown: '1' },
  { name: 'format of SSTables', pattern: /^(me|nb)$/g, shown: 'FORMAT' },
  { name: 'width of a column', pattern: / {2,}/g, shown: ' ' },
];

/** The same text with what is generated replaced by names. */
export function withoutGenerated(text: string, dataDirectory: string): string {
  const start = text.replaceAll(dataDirectory, '<data>');
  return TEXT_RULES.reduce((done, { pattern, shown }) => done.replace(pattern, shown), start);
}

/** The same for every text inside a value; numbers that are sizes or counts keep only whether they are zero. */
export function valueWithoutGenerated(value: unknown, dataDirectory: string): unknown {
  if (typeof value === 'string') return withoutGenerated(value, dataDirectory);
  if (Array.isArray(value)) return value.map((item) => valueWithoutGenerated(item, dataDirectory));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, valueWithoutGenerated(item, dataDirectory)]),
  );
}
