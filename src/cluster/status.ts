import { isObject, parseJson, textOf } from './json.js';
import type { HttpAnswer } from './transport.js';

/** The message and details of a Kubernetes Status, or undefined for any other body. */
export function statusOf(body: string): { readonly message: string; readonly retryAfterSeconds?: number } | undefined {
  const status = parseJson(body);
  if (!isObject(status) || status.kind !== 'Status') return undefined;
  const details = isObject(status.details) ? status.details : {};
  const seconds = details.retryAfterSeconds;
  return {
    message: textOf(status.message) ?? textOf(status.reason) ?? '',
    ...(typeof seconds === 'number' && seconds > 0 ? { retryAfterSeconds: seconds } : {}),
  };
}

/** What of an answer tells how it went. */
export type Answered = Pick<HttpAnswer, 'status' | 'headers' | 'body'>;

/**
 * How long the server asks to wait before the next try, in milliseconds: its header, else what its Status says.
 *
 * @see https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 */
export function retryAfterMs({ headers, body }: Answered): number | undefined {
  const seconds = Number(headers['retry-after']) || statusOf(body)?.retryAfterSeconds;
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
}
