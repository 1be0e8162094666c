import { describe, expect, it } from '@jest/globals';
import type { Event, Timed } from '../../src/report/events.js';
import { createLog, MAX_WARNINGS } from '../../src/report/log.js';
import { recorder } from '../../src/report/recorder.js';
import { createRedactor } from '../../src/report/redact.js';
import { check, hostile } from './reports.js';

function run(events: readonly Event[], secrets: readonly string[] = []) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const redactor = createRedactor();
  secrets.forEach(redactor.add);
  let tokens = 0;
  const log = createLog({
    sink: {
      line: (text) => lines.push(text),
      group: (title) => lines.push(`<group ${title}>`),
      endGroup: () => lines.push('</group>'),
      warning: (message) => warnings.push(message),
    },
    redactor,
    startedAt: 1_000,
    token: () => `token-${(tokens += 1)}`,
  });
  const timeline: Timed[] = [];
  let now = 1_000;
  const emit = recorder({ now: () => (now += 1_000) }, timeline, log.handle);
  events.forEach(emit);
  log.close();
  return { lines, warnings, timeline };
}

describe('log', () => {
  it('has a group for each phase and ends the last one', () => {
    const { lines, timeline } = run([
      { type: 'phase', phase: 'tools', title: 'Install tools' },
      { type: 'info', text: 'Helm 4.3.0' },
      { type: 'phase', phase: 'wait', title: 'Wait' },
      { type: 'progress', workload: 'my-milvus-proxy', text: '1/1 ready' },
      { type: 'progress', text: 'waiting for 2 workloads' },
    ]);
    expect(lines).toEqual([
      '<group Install tools>',
      'Helm 4.3.0',
      '</group>',
      '<group Wait>',
      '[0:04] my-milvus-proxy: 1/1 ready',
      '[0:05] waiting for 2 workloads',
      '</group>',
    ]);
    expect(timeline.map(({ at }) => at)).toEqual([2_000, 3_000, 4_000, 5_000, 6_000]);
  });

  it('shows a blocked check with its remedy, and a passed one in a line', () => {
    const { lines, warnings } = run([
      { type: 'check', check: check('a') },
      { type: 'check', check: check('b', { status: 'blocked', seen: 'Seen.', why: 'Why.', remedy: 'Remedy.' }) },
      { type: 'check', check: check('c', { status: 'warned', seen: 'Look.', remedy: 'Do.' }) },
    ]);
    expect(lines).toEqual([
      'passed   a: Nothing speaks against it.',
      'BLOCKED  b: Seen.',
      '         Why. Remedy.',
      'warning  c: Look.',
    ]);
    expect(warnings).toEqual([]);
  });

  it('makes annotations of a few warnings only', () => {
    const { lines, warnings } = run(
      Array.from({ length: MAX_WARNINGS + 2 }, (_, index): Event => ({ type: 'warning', text: `w${index}` })),
    );
    expect(warnings).toHaveLength(MAX_WARNINGS);
    expect(lines).toEqual([`Warning: w${MAX_WARNINGS}`, `Warning: w${MAX_WARNINGS + 1}`]);
  });

  it('wraps raw text in a group of its own', () => {
    const { lines } = run([
      { type: 'phase', phase: 'wait', title: 'Wait' },
      { type: 'raw', title: 'Log of pod a', text: 'x\n::error::y' },
      { type: 'info', text: 'after' },
    ]);
    expect(lines).toEqual([
      '<group Wait>',
      '</group>',
      '<group Log of pod a>',
      '::add-mask::token-1',
      '::stop-commands::token-1',
      'x',
      ': :error::y',
      '::token-1::',
      '</group>',
      'after',
    ]);
  });

  it('shows a pod that is not well with reasons, events and last log lines, all of it wrapped', () => {
    const trouble = {
      pod: 'a-0',
      workload: 'StatefulSet/a',
      reasons: ['CrashLoopBackOff', 'container a restarted 5 times'],
      events: ['Warning BackOff: again\n::error::e'],
      logs: [{ container: 'a', lines: 'panic\n::error::l\n' }],
    };
    expect(run([{ type: 'pod', trouble }]).lines).toEqual([
      '<group Pod a-0 of StatefulSet/a: CrashLoopBackOff>',
      '::add-mask::token-1',
      '::stop-commands::token-1',
      'CrashLoopBackOff',
      'container a restarted 5 times',
      'Last events:',
      '  Warning BackOff: again ::error::e',
      'Last log lines of container a:',
      'panic',
      ': :error::l',
      '::token-1::',
      '</group>',
    ]);
  });

  it('uses another word for each raw text', () => {
    const { lines } = run([
      { type: 'raw', title: 'a', text: 'a' },
      { type: 'raw', title: 'b', text: 'b' },
    ]);
    expect(lines.filter((line) => line.startsWith('::stop-commands::'))).toEqual([
      '::stop-commands::token-1',
      '::stop-commands::token-2',
    ]);
  });

  it('lets no hostile text issue a command, whatever event it is in', () => {
    const hostilePod = {
      pod: hostile,
      workload: hostile,
      reasons: [hostile],
      events: [hostile],
      logs: [{ container: hostile, lines: hostile }],
    };
    const events: readonly Event[] = [
      { type: 'phase', phase: 'wait', title: hostile },
      { type: 'info', text: hostile },
      { type: 'warning', text: hostile },
      { type: 'progress', workload: hostile, text: hostile },
      { type: 'progress', text: hostile },
      { type: 'check', check: check(hostile, { status: 'blocked', seen: hostile, why: hostile, remedy: hostile }) },
      { type: 'raw', title: hostile, text: hostile },
      { type: 'pod', trouble: hostilePod },
    ];
    const { lines } = run(events);
    const commands = lines.filter(
      (line) => /^\s*::/.test(line) || (line.includes('##[') && !line.startsWith('<group')),
    );
    expect(commands).toEqual(
      ['token-1', 'token-2'].flatMap((word) => [`::add-mask::${word}`, `::stop-commands::${word}`, `::${word}::`]),
    );
    for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  });

  it('never prints a secret', () => {
    const secret = 'canary-5d41402a';
    const text = `a ${secret} b ${Buffer.from(secret).toString('base64')}`;
    const { lines, warnings } = run(
      [
        { type: 'phase', phase: 'wait', title: text },
        { type: 'info', text },
        { type: 'warning', text },
        { type: 'progress', workload: text, text },
        { type: 'check', check: check('a', { status: 'blocked', seen: text, why: text, remedy: text }) },
        { type: 'raw', title: text, text },
      ],
      [secret],
    );
    const all = [...lines, ...warnings].join('\n');
    expect(all).toContain('***');
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  });
});
