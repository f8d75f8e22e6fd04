import cassandra from 'cassandra-driver';

/** A version 1 UUID of now, as Scylla gives to tables and streams. */
export const newTimeUuid = (): string => cassandra.types.TimeUuid.now().toString();

/** The milliseconds since 1970 that a version 1 UUID carries; 0 for any other UUID. */
export function millisecondsOf(uuid: string): number {
  const [low = '', middle = '', high = ''] = uuid.split('-');
  if (!high.startsWith('1')) return 0;
  const ticks = BigInt(`0x${high.slice(1)}${middle}${low}`);
  return Number((ticks - GREGORIAN_START) / 10_000n);
}

/** 100 ns ticks between 1582-10-15, where version 1 UUIDs begin, and 1970. */
const GREGORIAN_START = 0x01b2_1dd2_1381_4000n;
