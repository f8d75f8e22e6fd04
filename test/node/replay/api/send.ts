import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { RecordedRequest } from './recordings.js';
import { signed, type Credentials } from './sign.js';

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ANSWER_WITHIN_MS = 60_000;
const PREFIX = 'DynamoDB_20120810.';

/** What was on the wire when this was recorded. */
export function wireRequest({ target, body, method, path, headers, rawBody }: RecordedRequest): WireRequest {
  if (target === undefined) {
    return { method: method ?? 'GET', path: path ?? '/', headers: headers ?? {}, body: rawBody ?? '' };
  }
  return {
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target },
    body: JSON.stringify(body),
  };
}

/** Sends requests to one node over kept connections, exactly as given. */
export class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  /** With credentials, `call` signs; `send` never does. */
  constructor(
    readonly endpoint: string,
    private readonly credentials?: Credentials,
  ) {}

  send({ method, path, headers, body }: WireRequest): Promise<WireAnswer> {
    const { hostname, port } = new URL(this.endpoint);
    return new Promise((resolve, reject) => {
      const options = {
        hostname,
        port,
        method,
        path,
        headers,
        agent: this.#agent,
        timeout: ANSWER_WITHIN_MS,
      };
      const call = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      call.on('timeout', () => call.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
      call.on('error', reject);
      call.end(body);
    });
  }

  /** One operation that is part of the set-up: rejects unless it succeeds. */
  async call(operation: string, body: object): Promise<Record<string, unknown>> {
    const request = wireRequest({ target: PREFIX + operation, body: { ...body } });
    const { host } = new URL(this.endpoint);
    const answer = await this.send(this.credentials ? signed(request, host, this.credentials) : request);
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>);
  }

  close(): void {
    this.#agent.destroy();
  }
}
