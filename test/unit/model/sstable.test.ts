import { describe, expect, it } from 'vitest';
import { groupSSTables, listsDigest, parseComponentName, tocProblems } from '../../../src/model/sstable.js';

describe('A component of an SSTable', () => {
  it.each([
    ['me-3h5p_19e1_5s4a82n6yp96tbjhdr-big-Data.db', 'me', 'Data.db'],
    ['mc-1-big-TOC.txt', 'mc', 'TOC.txt'],
    ['md-12-big-Digest.crc32', 'md', 'Digest.crc32'],
    ['ms-3h5p_19e1_5s4a82n6yp96tbjhdr-big-Partitions.db', 'ms', 'Partitions.db'],
    ['mt-1-big-Rows.db', 'mt', 'Rows.db'],
    ['la-1-big-Digest.sha1', 'la', 'Digest.sha1'],
    ['ks-users-ka-1-Data.db', 'ka', 'Data.db'],
    ['nb-3h5p_16ic_2ig6i1ygio3os0dx7q-big-Statistics.db', 'nb', 'Statistics.db'],
    ['oa-1-big-Scylla.db', 'oa', 'Scylla.db'],
    ['da-1-bti-Partitions.db', 'da', 'Partitions.db'],
  ])('is known by its name: %s', (name, format, component) => {
    expect(parseComponentName(name)).toMatchObject({ format, component });
  });

  it.each([
    'README.txt',
    'manifest.json',
    'schema.cql',
    'me-1-big-Data.db.tmp',
    '../me-1-big-Data.db',
    'x/me-1-big-Data.db',
    'me-1-big-',
    'zz-1-big-Data.db',
    'me-1-big-foo.sh',
    'me-1-big-Data.db\n',
    '',
  ])('is nothing else: %j (T-56)', (name) => {
    expect(parseComponentName(name)).toBeUndefined();
  });

  it('belongs to its SSTable', () => {
    const groups = groupSSTables([
      'nb-1-big-Data.db',
      'nb-10-big-Data.db',
      'nb-1-big-TOC.txt',
      'manifest.json',
    ]);
    expect(groups.map(({ id, components }) => [id, components.length])).toEqual([
      ['nb-1-big', 2],
      ['nb-10-big', 1],
    ]);
  });
});

describe('TOC.txt', () => {
  const [sstable] = groupSSTables(['me-1-big-Data.db', 'me-1-big-Index.db', 'me-1-big-TOC.txt']);
  const judge = (toc: string | undefined) =>
    tocProblems(sstable!, toc).map(({ file, problem }) => `${file} ${problem}`);

  it('is content when all that it lists is there', () => {
    expect(judge('Data.db\nIndex.db\nTOC.txt\n')).toEqual([]);
  });

  it('must be there: a real server deletes an upload without it', () => {
    expect(judge(undefined)).toEqual([
      'me-1-big-TOC.txt is missing, so nobody can say which files belong to it',
    ]);
  });

  it('names what is missing', () => {
    expect(judge('Data.db\nIndex.db\nTOC.txt\nFilter.db\n')).toEqual([
      'me-1-big-Filter.db is listed in TOC.txt but missing',
    ]);
  });

  it('names what it does not know', () => {
    expect(judge('Data.db\nTOC.txt\n')).toEqual(['me-1-big-Index.db is not listed in TOC.txt']);
  });

  it('must list the data', () => {
    expect(judge('')).toEqual(['me-1-big-TOC.txt does not list Data.db']);
  });

  it('says whether there is a digest at all', () => {
    expect(listsDigest('Data.db\nDigest.crc32\nTOC.txt')).toBe(true);
    expect(listsDigest('Data.db\nTOC.txt')).toBe(false);
  });
});
