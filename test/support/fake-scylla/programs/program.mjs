#!/usr/bin/env node
// `nodetool` and `service` of a fake Scylla, by the name under which it is started. It writes down how it was called, asks
// the fake what to do, and does it. The fake's address lies beside it.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';

const program = basename(process.argv[1]);
const args = process.argv.slice(2);
const here = JSON.parse(readFileSync(join(dirname(process.argv[1]), 'fake.json'), 'utf8'));

const commandLineOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
const call = {
  program,
  args,
  at: Date.now(),
  pid: process.pid,
  commandLines: [commandLineOf(process.pid), commandLineOf(process.ppid)],
};
appendFileSync(here.calls, `${JSON.stringify(call)}\n`, { mode: 0o666 });

const socket = connect(here.port, here.host);
socket.setEncoding('utf8');
socket.write(`${JSON.stringify({ program, args })}\n`);
let text = '';
socket.on('data', (chunk) => {
  text += chunk;
  if (text.endsWith('\n')) obey(JSON.parse(text));
});
socket.on('error', (error) => {
  process.stderr.write(`the fake Scylla cannot be reached: ${error.message}\n`);
  process.exit(99);
});

function obey(answer) {
  text = '';
  if (answer.hang) {
    hang(answer.hang);
    return;
  }
  process.stdout.write(answer.stdout ?? '');
  process.stderr.write(answer.stderr ?? '');
  process.exitCode = answer.exit;
  socket.end();
}

/** Hangs, and a process of its own with it. Both end with the fake: the connection then closes. */
function hang({ ignoringSigterm, pids }) {
  const child = ignoringSigterm
    ? spawn('sh', ['-c', 'trap "" TERM; sleep 60; sleep 60'], { stdio: 'ignore' })
    : spawn('sleep', ['120'], { stdio: 'ignore' });
  if (ignoringSigterm === 'both') process.on('SIGTERM', () => undefined);
  appendFileSync(pids, `${JSON.stringify([process.pid, child.pid])}\n`, { mode: 0o666 });
  socket.on('close', () => {
    child.kill('SIGKILL');
    process.exit(98);
  });
}
