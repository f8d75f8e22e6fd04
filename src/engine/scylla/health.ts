import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const ANSWER_MS = 5_000;
/** What a healthy one says is shorter; of anything else nobody wants to read more. */
const MOST = 1_000;

/**
 * Why `GET /` of the Alternator API does not say that it is healthy, as a clause; undefined when it does (recorded api 1:
 * `healthy: 127.0.0.60:8000`, with no signature asked for, recorded api 853). Never rejects.
 */
export function healthProblem(endpoint: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = endpoint.startsWith('https:') ? requestHttps : requestHttp;
    const call = request(new URL('/', endpoint), { agent: false, timeout: ANSWER_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text = (text + part).slice(0, MOST);
      });
      // `close` tells of it.
      response.on('error', () => undefined);
      response.on('end', () => {
        const isHealthy = response.statusCode === 200 && text.startsWith('healthy');
        resolve(
          isHealthy ? undefined : `the API says of its health: ${response.statusCode ?? '?'} ${text.trim()}`,
        );
      });
    });
    // The timeout of the request is one of silence; a server that trickles must not hold us either.
    const deadline = setTimeout(() => call.destroy(new Error('no answer in time')), ANSWER_MS);
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', (error) => {
      resolve(`the API does not say whether it is healthy: ${error.message}`);
    });
    call.on('close', () => {
      clearTimeout(deadline);
      resolve('the API breaks off its answer');
    });
    call.end();
  });
}
