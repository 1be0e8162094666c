import { describe, expect, it } from '@jest/globals';
import {
  byteLength,
  code,
  fenced,
  html,
  lastLines,
  logLines,
  markdown,
  oneLine,
  plain,
  quarantined,
  sentence,
  shorten,
  truncateBytes,
} from '../../src/report/safe.js';

const ESC = String.fromCharCode(27);

describe('plain text', () => {
  it.each([
    ['colours', `${ESC}[31;1mred${ESC}[0m`, 'red'],
    ['a C1 control sequence', '\u009b31mred', 'red'],
    ['a window title', `${ESC}]0;title\u0007text`, 'text'],
    ['a link of the terminal', `${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`, 'click'],
    ['an unfinished sequence', `a${ESC}[`, 'a'],
    ['a lone escape', `a${ESC}`, 'a'],
    ['controls, but not tab and newline', 'a\u0000b\u0008\tc\nd\u007f', 'ab\tc\nd'],
    ['carriage returns end lines', 'a\rb\r\nc', 'a\nb\nc'],
    ['line separators and direction overrides', 'a\u2028b\u202ec\u2066d', 'abcd'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['other scripts and emoji stay', 'Ünï 向量 🚀', 'Ünï 向量 🚀'],
  ])('%s', (_, text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('makes one line of several', () => {
    expect(oneLine(' a\n\n\tb  c ')).toBe('a b c');
  });
});

/** What the runner would take as a command: `::x` after white space at the start, `##[x]` anywhere. */
const isCommand = (line: string): boolean => /^\s*::/.test(line) || line.includes('##[');

describe('log lines', () => {
  const attacks = [
    '::error::pwned',
    '  ::add-mask::a',
    '\t::stop-commands::x',
    'text ##[error]pwned',
    '##[##[error]',
    `${ESC}[0m::error::behind a colour`,
    ':\u0000:error::joined by a control character',
    `#${ESC}[0m#[error]joined by a colour`,
    'a\r::error::after a carriage return',
    'a\n::error::second line',
    '\u2028::error::after a line separator',
    '::::::',
  ];
  it.each(attacks)('%j issues no command', (text) => {
    expect(isCommand(plain(text).split('\n').at(-1) ?? '')).toBe(true);
    expect(logLines(text).filter(isCommand)).toEqual([]);
  });

  it('leaves ordinary text as it is', () => {
    expect(logLines('a :: b\n  indented\nstd::vector')).toEqual(['a :: b', '  indented', 'std::vector']);
  });

  it('wraps raw text, and masks the word that ends it first', () => {
    expect(quarantined('a\n::error::b\n::t0k3n::', 't0k3n')).toEqual([
      '::add-mask::t0k3n',
      '::stop-commands::t0k3n',
      'a',
      ': :error::b',
      ': :t0k3n::',
      '::t0k3n::',
    ]);
  });
});

describe('Markdown', () => {
  it.each([
    ['HTML', '<img src="x" onerror=\'a\'>&', '&#60;img src=&#34;x&#34; onerror=&#39;a&#39;&#62;&#38;'],
    [
      'emphasis, code, tables, maths',
      '*a* _b_ `c` | ~d~ $e$ \\',
      '&#42;a&#42; &#95;b&#95; &#96;c&#96; &#124; &#126;d&#126; &#36;e&#36; &#92;',
    ],
    ['links', '[a](https://b) www.c', '&#91;a&#93;(https:&#8203;//b) www&#8203;.c'],
    ['mentions and issues', '@octocat #1', '&#64;&#8203;octocat &#35;&#8203;1'],
    ['entities stay text', '&lt;b&gt; &#60;', '&#38;lt;b&#38;gt; &#38;&#35;&#8203;60;'],
    ['a heading', '# a', '&#8203;# a'],
    ['a list', '- a', '&#8203;- a'],
    ['a numbered list', '1. a', '&#8203;1. a'],
    ['a version is no list', '2.4.23', '2.4.23'],
    ['new lines', 'a\n\n# b', 'a # b'],
  ])('%s', (_, text, expected) => {
    expect(markdown(text)).toBe(expected);
  });

  it.each([
    ['a name', 'my-milvus', '`my-milvus`'],
    ['HTML is text inside code', '<b>', '`<b>`'],
    ['backticks', 'a`b``c', '<code>a&#96;b&#96;&#96;c</code>'],
    ['a table cell', 'a|b\\|c', '<code>a&#124;b&#92;&#124;c</code>'],
    ['addresses and mentions', '`@a https://b www.c', '<code>&#96;&#64;a https:&#47;/b www&#46;c</code>'],
    ['HTML with a backtick', '`</code><img>', '<code>&#96;&#60;/code&#62;&#60;img&#62;</code>'],
    ['new lines', 'a\n\nb', '`a b`'],
    ['nothing', '', ''],
  ])('code: %s', (_, text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it('keeps code in sentences, and only that', () => {
    expect(sentence('Set `a: 1` in <b>values</b>.')).toBe('Set `a: 1` in &#60;b&#62;values&#60;/b&#62;.');
    expect(sentence('an odd ` stays')).toBe('an odd &#96; stays');
    expect(sentence('`a|b` *c*')).toBe('<code>a&#124;b</code> &#42;c&#42;');
  });

  it('escapes HTML', () => {
    expect(html(`</summary>"'&`)).toBe('&#60;/summary&#62;&#34;&#39;&#38;');
  });

  it.each([
    ['no backticks', 'a', '```\na\n```'],
    ['a fence inside', '```\nb\n```', '````\n```\nb\n```\n````'],
    ['a long run', '`'.repeat(9), `${'`'.repeat(10)}\n${'`'.repeat(9)}\n${'`'.repeat(10)}`],
  ])('fence: %s', (_, text, expected) => {
    expect(fenced(text)).toBe(expected);
  });
});

describe('cutting', () => {
  it('never cuts a character in two', () => {
    const text = 'aé向🚀';
    for (let bytes = 0; bytes <= byteLength(text) + 1; bytes += 1) {
      const cut = truncateBytes(text, bytes);
      expect(byteLength(cut)).toBeLessThanOrEqual(bytes);
      expect(text.startsWith(cut)).toBe(true);
    }
    expect(truncateBytes(text, 6)).toBe('aé向');
    expect(truncateBytes(text, 9)).toBe('aé向');
    expect(truncateBytes(text, 10)).toBe(text);
  });

  it('keeps the end of a log', () => {
    expect(lastLines('one\ntwo\nthree', 9)).toBe('[earlier lines left out]\nthree');
    expect(lastLines('one\ntwo', 100)).toBe('one\ntwo');
    expect(lastLines('x'.repeat(50), 10)).toBe(`[earlier lines left out]\n${'x'.repeat(10)}`);
  });

  it('counts characters, not halves of them', () => {
    expect(shorten('🚀🚀🚀', 3)).toBe('🚀🚀🚀');
    expect(shorten('🚀🚀🚀', 2)).toBe('🚀…');
  });
});
