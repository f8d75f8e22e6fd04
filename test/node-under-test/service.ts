import { request } from 'node:http';

/**
 * `systemctl` for one node: `service.js <control address> <node> start|stop|status`, and `service.js <control address>
 * shutdown` for the whole ring. Exit status 3 means inactive.
 */
const [control = '', ...words] = process.argv.slice(2);
const DEADLINE_MS = 120_000;
const INACTIVE = 3;

const [verb] = words.slice(-1);
const path = words.length === 1 ? '/shutdown' : `/nodes/${words.join('/')}`;
const method = verb === 'status' ? 'GET' : 'POST';
const call = request(control + path, { method, timeout: DEADLINE_MS, agent: false }, (response) => {
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => (text += part));
  response.on('end', () => {
    if (response.statusCode !== 200) {
      process.stderr.write(text);
      process.exitCode = 1;
      return;
    }
    if (verb === 'status') process.stdout.write(text);
    if (text.trim() === 'inactive') process.exitCode = INACTIVE;
  });
});
call.on('timeout', () => call.destroy(new Error(`no answer within ${DEADLINE_MS / 1000} s`)));
call.on('error', (error) => {
  process.stderr.write(`${words.join(' ')}: ${error.message}\n`);
  process.exitCode = 1;
});
call.end();
