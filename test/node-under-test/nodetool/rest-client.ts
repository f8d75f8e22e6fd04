import { request } from 'node:http';
import { broken, Outcome } from './outcome.js';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  500: 'Internal Server Error',
};

export interface RestClient {
  get(path: string): Promise<unknown>;
  post(path: string, parameters?: Parameters): Promise<unknown>;
  delete(path: string, parameters?: Parameters): Promise<unknown>;
}

/** In the order in which the real program adds them. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** Rejects with an `Outcome` of status 4 for a refusal, 2 when there is nobody to talk to. */
export function restClient(host: string, port: number): RestClient {
  const call = async (method: string, path: string, parameters: Parameters = []) => {
    const query = new URLSearchParams(
      parameters.map(([name, value]): [string, string] => [name, value]),
    ).toString();
    const { status, text } = await send(
      host,
      port,
      method,
      encodePath(path) + (query === '' ? '' : `?${query}`),
    );
    if (status === 200) return JSON.parse(text) as unknown;
    const { message, nodetoolExit = 4 } = JSON.parse(text) as { message: string; nodetoolExit?: number };
    const reason = `remote replied with status code ${status} ${REASONS[status] ?? ''}:\n${message}`;
    throw new Outcome(
      nodetoolExit,
      '',
      `error executing ${method} request to http://${host}:${port}${path} with parameters ${shown(parameters)}: ${reason}\n`,
    );
  };
  return {
    get: (path) => call('GET', path),
    post: (path, parameters) => call('POST', path, parameters),
    delete: (path, parameters) => call('DELETE', path, parameters),
  };
}

/** The last one added comes first. */
const shown = (parameters: Parameters) =>
  `{${[...parameters]
    .reverse()
    .map(([name, value]) => `"${name}": "${value}"`)
    .join(', ')}}`;

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');

function send(
  host: string,
  port: number,
  method: string,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ host, port, method, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
      response.on('error', (error) => {
        reject(unreachable(host, error));
      });
    });
    call.on('error', (error) => {
      reject(unreachable(host, error));
    });
    call.end();
  });
}

function unreachable(host: string, error: NodeJS.ErrnoException): Outcome {
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'error system:111, Connection refused',
    ENOTFOUND: `error C-Ares:4, ${host}: Not found`,
    EAI_AGAIN: `error C-Ares:4, ${host}: Not found`,
    ECONNRESET: 'error system:103, Software caused connection abort',
  };
  return broken(`std::system_error (${reasons[error.code ?? ''] ?? error.message})`);
}
