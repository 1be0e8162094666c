import { describe, expect, it } from '@jest/globals';
import { readActLog } from '../../testbed/act-log.js';
import { localRepositories, withoutQueue } from '../../testbed/act.js';

describe('act', () => {
  it('finds every use of a repository that is here, at its ref', () => {
    const workflow = `
      - uses: actions/checkout@v5
      - uses: 'zilliz/upgrade@v1'
      - name: again
        uses: zilliz/upgrade/sub@0123abcd # v2
      - uses: zilliz/upgrade@v1
      # - uses: zilliz/upgrade@v0
      - uses: ./
    `;
    expect(localRepositories(workflow, { 'zilliz/upgrade': '/here' })).toEqual([
      '--local-repository',
      'zilliz/upgrade@v1=/here',
      '--local-repository',
      'zilliz/upgrade@0123abcd=/here',
    ]);
  });

  it('is not shown the queue of a concurrency group, which it does not know', () => {
    const workflow = 'concurrency:\n  group: a\n  queue: max\njobs:\n  a:\n    name: queue: max\n';
    expect(withoutQueue(workflow)).toBe('concurrency:\n  group: a\njobs:\n  a:\n    name: queue: max\n');
  });

  it('reads steps from its JSON, in pieces, and leaves its own remarks out', () => {
    const lines = [
      { level: 'error', msg: 'path/tmp/xnot located inside a git repository' },
      { job: 'w/a-1', matrix: { n: 1 }, stepID: ['up'], stage: 'Main', msg: '⭐ Run Main' },
      { job: 'w/a-1', stepID: ['up'], msg: 'x', command: 'set-output', name: 'result', arg: 'upgraded' },
      { job: 'w/a-1', stepID: ['up'], msg: 's', command: 'summary', content: '# a\n' },
      { job: 'w/a-1', stepID: ['up'], msg: 'e', command: 'error', arg: 'no', kvPairs: { title: 't' } },
      { job: 'w/a-1', stepID: ['up'], stage: 'Main', stepResult: 'failure', msg: 'end\n' },
      { job: 'w/a-1', stepID: ['up'], stage: 'Post', stepResult: 'success', msg: 'post' },
    ].map((line) => JSON.stringify(line));
    const text = `${lines.join('\n')}\nno JSON at all`;
    const seen: string[] = [];
    const log = readActLog((line) => seen.push(line));
    log.take(text.slice(0, 77));
    log.take(text.slice(77));
    expect(log.end()).toEqual({
      log: '[w/a-1] ⭐ Run Main\n[w/a-1] x\n[w/a-1] s\n[w/a-1] e\n[w/a-1] end\n[w/a-1] post\nno JSON at all',
      steps: [
        {
          job: 'w/a-1',
          matrix: { n: 1 },
          id: 'up',
          result: 'failure',
          outputs: { result: 'upgraded' },
          summary: '# a\n',
          annotations: [{ level: 'error', message: 'no', properties: { title: 't' } }],
        },
      ],
    });
    expect(seen).toHaveLength(7);
  });
});
