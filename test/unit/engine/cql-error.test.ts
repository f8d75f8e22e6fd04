import { describe, expect, it } from 'vitest';
import { explainCqlError } from '../../../src/engine/scylla/cql-error.js';

/** As the driver gives what the server has answered. */
const answer = (code: number): Error => Object.assign(new Error('so it said'), { code });
const kindOfAnswer = (code: number) =>
  explainCqlError(answer(code), '127.0.0.1:9042', 'DROP KEYSPACE "alternator_users"').kind;

describe('An error that the server answers', () => {
  it.each([
    ['syntax', 0x2000],
    ['no right', 0x2100],
    ['invalid', 0x2200],
    ['configuration', 0x2300],
    ['there already', 0x2400],
  ])('is a refusal when it is given before anything is done: %s', (_, code) => {
    expect(kindOfAnswer(code)).toBe('database');
  });

  it.each([
    ['server error', 0x0000],
    ['overloaded', 0x1001],
    ['truncate error', 0x1003],
    ['write timeout', 0x1100],
    ['read timeout', 0x1200],
  ])('is no answer when what was asked for may be done all the same: %s', (_, code) => {
    expect(kindOfAnswer(code)).toBe('unavailable');
  });
});
