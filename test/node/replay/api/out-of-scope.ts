/** Recorded exchanges that are not replayed, in groups with the reason. */
export interface Group {
  readonly reason: string;
  readonly numbers: readonly number[];
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

export const OUT_OF_SCOPE: readonly Group[] = [
  { reason: 'UpdateItem: nothing that backs up or restores uses it', numbers: [536] },
  {
    reason:
      "internal tables `.scylla.alternator.*`: rows of Scylla's own system tables, which Cassandra does not have",
    numbers: [578, 579, 880, 881],
  },
  {
    reason: 'ListStreams and DescribeStream: Cassandra keeps no stream that Alternator could read',
    numbers: range(701, 708),
  },
];

export const isOutOfScope = (recording: number): boolean =>
  OUT_OF_SCOPE.some(({ numbers }) => numbers.includes(recording));
