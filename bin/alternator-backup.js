#!/usr/bin/env node
// Hands argv and streams to the program and sets the exit status. It must be readable by Node versions that are too old
// for the rest, so that they get a sentence instead of a syntax error.
import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(import.meta.url);
const { version, engines } = require('../package.json');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `alternator-backup needs Node ${engines.node}; this is Node ${process.versions.node}\n`,
  );
  process.exit(5);
}

const { main } = await import('../dist/main.js');
const { KnownError } = await import('../dist/errors.js');

const stop = new AbortController();
process.on('SIGINT', () => stop.abort(new KnownError('interrupted', 'Interrupted by the user')));
process.on('SIGTERM', () => stop.abort(new KnownError('terminated', 'Terminated')));
// Whoever reads our output may have heard enough (`… | head`).
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await main(
  process.argv.slice(2),
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    version,
  },
  stop.signal,
);
