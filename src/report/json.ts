import type { Redactor } from './redact.js';
import type { Report } from './report.js';
import { lastLines } from './safe.js';

/** Texts of programs are kept to this many bytes each, so that a chatty pod does not make the file unreadable. */
const MAX_TEXT = 64 * 1024;

function stable(data: unknown): unknown {
  if (typeof data === 'string') return lastLines(data, MAX_TEXT);
  if (Array.isArray(data)) return data.map(stable);
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, stable(value)]));
}

/**
 * report.json: the whole report, keys in alphabetical order, times in milliseconds since the epoch, without secrets.
 */
export function reportJson(report: Report, redactor: Redactor): string {
  return `${JSON.stringify(stable(redactor.cleanAll(report)), null, 2)}\n`;
}
