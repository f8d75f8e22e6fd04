import type { Client } from 'cassandra-driver';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import type { Difference } from '../compare.js';
import { replayCql } from './cql-replay.js';
import { replayNodetool } from './nodetool-replay.js';
import { recorded, type Area, type CallOf } from './recorded.js';
import { replayRest } from './rest-replay.js';
import { isOutOfScope, Tally } from './tally.js';

/** Recordings that are in scope, by their numbers. */
export const calls = <A extends Area>(area: A, from: number, to: number): readonly CallOf[A][] =>
  recorded(area).filter(({ number }) => number >= from && number <= to && !isOutOfScope(area, number));

/** Plays recordings and keeps count. What is left over in `problems` fails the test. */
export class Player {
  readonly tallies = { nodetool: new Tally('nodetool'), rest: new Tally('rest'), cql: new Tally('cql') };
  private open: string[] = [];

  note<A extends Area>(area: A, call: CallOf[A], differences: readonly Difference[]): void {
    this.open.push(...this.tallies[area].add(call, differences));
  }

  async play<A extends Area>(
    area: A,
    numbers: readonly [from: number, to: number],
    replay: (call: CallOf[A]) => readonly Difference[] | Promise<readonly Difference[]>,
  ): Promise<void> {
    for (const call of calls(area, ...numbers)) this.note(area, call, await replay(call));
  }

  nodetool(node: NodeAddresses, ...numbers: readonly [from: number, to: number]): Promise<void> {
    return this.play('nodetool', numbers, (call) => replayNodetool(node, call));
  }

  rest(node: NodeAddresses, ...numbers: readonly [from: number, to: number]): Promise<void> {
    return this.play('rest', numbers, (call) => replayRest(node, call));
  }

  cql(client: Client, ...numbers: readonly [from: number, to: number]): Promise<void> {
    return this.play('cql', numbers, (call) => replayCql(client, call));
  }

  /** Differences since the last call that no exception covers. */
  problems(): readonly string[] {
    const problems = this.open;
    this.open = [];
    return problems;
  }

  summary(): string {
    return Object.values(this.tallies)
      .map((tally) => tally.summary())
      .join('');
  }
}
