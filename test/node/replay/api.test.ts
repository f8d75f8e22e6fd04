import { afterAll, describe, expect, it } from 'vitest';
import { startNode } from '../../node-under-test/index.js';
import type { NodeUnderTestOptions } from '../../node-under-test/types.js';
import { isOutOfScope, OUT_OF_SCOPE } from './api/out-of-scope.js';
import { recordings } from './api/recordings.js';
import { replay, type Outcome } from './api/replay.js';
import { openSession } from './api/session.js';
import { EXCEPTIONS } from './exceptions.js';

const RECORDINGS = recordings();
const EXCEPTED = EXCEPTIONS.filter(({ area }) => area === 'api');
const outcomes: Outcome[] = [];

/** The recordings come from several servers (INDEX.md, and the node part of the ids in them). */
const SERVERS: readonly {
  readonly title: string;
  readonly numbers: readonly (readonly [from: number, to: number])[];
  readonly options: NodeUnderTestOptions;
}[] = [
  { title: 'the server of tables, items and indexes', numbers: [[1, 811]], options: {} },
  {
    title: 'the server of 105 tables and the one of round trips',
    numbers: [
      [821, 829],
      [901, 932],
      [961, 961],
    ],
    options: {},
  },
  { title: 'the server with authorization', numbers: [[851, 888]], options: { authorization: true } },
  { title: 'the ring of three', numbers: [[941, 949]], options: { nodes: 3 } },
];

describe('the API of the node under test answers as the recorded Scylla did', () => {
  it.each(SERVERS)('on $title', async ({ numbers, options }) => {
    const played = RECORDINGS.filter(
      ({ number }) => !isOutOfScope(number) && numbers.some(([from, to]) => number >= from && number <= to),
    );
    const node = await startNode(options);
    try {
      const session = await openSession(node);
      try {
        await replay(played, session, (outcome) => outcomes.push(outcome));
      } finally {
        await session.close();
      }
    } finally {
      await node.stop();
    }
    expect(unexpected(outcomes.slice(-played.length))).toEqual([]);
  });

  it('needs every exception that is listed', () => {
    const needed = EXCEPTED.filter(({ recording, field }) =>
      outcomes.some(
        ({ recording: { number }, differences }) =>
          number === recording && differences.some((d) => d.field === field),
      ),
    );
    expect(needed).toEqual(EXCEPTED);
  });

  it('leaves out nothing unsaid', () => {
    const replayed = new Set(outcomes.map(({ recording }) => recording.number));
    const left = RECORDINGS.filter(({ number }) => !replayed.has(number) && !isOutOfScope(number));
    expect(left.map(({ file }) => file)).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(summary());
  });
});

const isExcepted = (number: number, field: string): boolean =>
  EXCEPTED.some((exception) => exception.recording === number && exception.field === field);

function unexpected(played: readonly Outcome[]): readonly string[] {
  return played.flatMap(({ recording, differences }) =>
    differences
      .filter(({ field }) => !isExcepted(recording.number, field))
      .map(
        ({ field, recorded, answered }) =>
          `${recording.file} ${field}: recorded ${recorded}, answered ${answered}`,
      ),
  );
}

function summary(): string {
  const equal = outcomes.filter(({ differences }) => differences.length === 0).length;
  const excepted = outcomes.filter(
    ({ recording: { number }, differences }) =>
      differences.length > 0 && differences.every(({ field }) => isExcepted(number, field)),
  ).length;
  const outOfScope = OUT_OF_SCOPE.reduce((sum, { numbers }) => sum + numbers.length, 0);
  return [
    `api: ${RECORDINGS.length} recorded, ${outcomes.length} replayed, ${equal} equal, ${excepted} excepted, ${outOfScope} out of scope`,
    ...EXCEPTED.map(({ recording, field, reason }) => `  excepted: ${recording} ${field}: ${reason}`),
    ...OUT_OF_SCOPE.map(
      ({ numbers, reason }) => `  out of scope: ${numbers.length} (${numbers.join(', ')}): ${reason}`,
    ),
    '',
  ].join('\n');
}
