import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli.js';
import { EXIT_CODES } from '../../src/errors.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const program = buildProgram({
  version: '0.0.0',
  actions: {
    menu: async () => 0,
    backup: async () => 0,
    restore: async () => 0,
    resume: async () => 0,
    undo: async () => 0,
    list: async () => 0,
    show: async () => 0,
    verify: async () => 0,
    schemaSplit: async () => 0,
    schemaDiff: async () => 0,
  },
  onDone: () => undefined,
  writeOut: () => undefined,
  writeErr: () => undefined,
});

describe('README.md', () => {
  it('names every flag that there is, and none that there is not', () => {
    const options = [
      program,
      ...program.commands,
      ...program.commands.flatMap(({ commands }) => commands),
    ].flatMap((command) => command.options.map(({ long }) => long ?? ''));
    const known = new Set(options.filter((flag) => flag !== '--version'));
    const named = new Set(
      [...readme.matchAll(/`[^`]*`/g)].flatMap(([code]) => code.match(/--[a-z][a-z-]+/g) ?? []),
    );
    expect([...known].filter((flag) => !named.has(flag))).toEqual([]);
    expect([...named].filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('explains every exit status that the tool can end with', () => {
    const rows = [...readme.matchAll(/^\| *(\d[\d, ]*?) *\|/gm)].flatMap(([, codes]) =>
      (codes ?? '').split(', ').map(Number),
    );
    const used = Object.values(EXIT_CODES).filter((code) => code !== EXIT_CODES.paused);
    expect(rows.sort((a, b) => a - b)).toEqual(used.sort((a, b) => a - b));
  });
});
