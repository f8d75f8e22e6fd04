import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OURS = fileURLToPath(new URL('ours.mjs', import.meta.url));

/** Milliseconds. */
export function timed(work) {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/** Peers must have written as much as we have when their time stops. */
export function sync(path) {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

/** The product's own work in a child: its peak of memory in MiB, its CPU time in ms. */
export function ours(work, options) {
  const text = execFileSync(process.execPath, [OURS, work, JSON.stringify(options)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(options.jobs + 2) },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(text);
}

export const peer = (program, ...args) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Each side in turn, so many times: what else the machine does hurts all of them. Medians in ms, by the sides' names. */
export function contest(sides, rounds) {
  const times = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [side, work] of Object.entries(sides)) times[side].push(timed(work));
  return Object.fromEntries(Object.entries(times).map(([side, list]) => [side, median(list)]));
}
