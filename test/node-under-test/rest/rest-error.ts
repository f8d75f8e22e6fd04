/** An answer that is not 200; `{"message": …, "code": …}` on the wire. */
export class RestError extends Error {
  override readonly name = 'RestError';

  constructor(
    readonly status: number,
    message: string,
    /** With what nodetool ends instead of 4, its usual status for a refusal. */
    readonly nodetoolExit?: number,
  ) {
    super(message);
  }
}

export const badRequest = (message: string): RestError => new RestError(400, message);
export const failed = (message: string): RestError => new RestError(500, message);
export const notFound = (): RestError => new RestError(404, 'Not found');
export const noKeyspace = (name: string): RestError => badRequest(`Can't find a keyspace ${name}`);
export const noTable = (keyspace: string, table: string): string =>
  `Can't find a column family ${table} in keyspace ${keyspace}`;
