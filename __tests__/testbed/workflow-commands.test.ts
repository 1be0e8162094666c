import { describe, expect, it } from '@jest/globals';
import { readCommands, readFileCommand } from '../../testbed/workflow-commands.js';

describe('file commands', () => {
  it.each([
    ['nothing', '', {}],
    ['name=value', 'result=upgraded\n', { result: 'upgraded' }],
    ['a value with =', 'a=b=c\n', { a: 'b=c' }],
    ['an empty value', 'a=\n', { a: '' }],
    ['heredoc', 'a<<EOT\none\ntwo\nEOT\n', { a: 'one\ntwo' }],
    ['an empty heredoc', 'a<<EOT\nEOT\n', { a: '' }],
    ['a heredoc whose text looks like a command', 'a<<EOT\nb=c\nd<<X\nEOT\nb=1\n', { a: 'b=c\nd<<X', b: '1' }],
    ['a value that has << after =', 'a=x<<y\n', { a: 'x<<y' }],
    ['the last of two', 'a=1\na=2\n', { a: '2' }],
  ])('%s', (_, text, expected) => {
    expect(readFileCommand(text)).toEqual(expected);
  });

  it.each([
    ['a delimiter that never comes', 'a<<EOT\none\n', /Matching delimiter not found 'EOT'/],
    ['a line that is neither', 'hello\n', /Invalid format 'hello'/],
  ])('refuses %s, as the runner does', (_, text, error) => {
    expect(() => readFileCommand(text)).toThrow(error);
  });
});

describe('workflow commands in a log', () => {
  it('swallows masks, and finds annotations with their properties', () => {
    const log = '::add-mask::s3cret%0A2\nhello\n  ::warning title=a%2Cb,line=3::one%0Atwo%25\n';
    expect(readCommands(log)).toEqual({
      masks: ['s3cret\n2'],
      annotations: [{ level: 'warning', message: 'one\ntwo%', properties: { title: 'a,b', line: '3' } }],
      other: [],
      shown: 'hello\n  ::warning title=a%2Cb,line=3::one%0Atwo%25\n',
    });
  });

  it('obeys nothing between stop-commands and its token', () => {
    const log = '::stop-commands::abc\n::error::injected\n##[error]injected\n::add-mask::x\n::abc::\n::error::real';
    const { annotations, masks } = readCommands(log);
    expect(annotations.map(({ message }) => message)).toEqual(['real']);
    expect(masks).toEqual([]);
  });

  it.each([
    ['::error::injected', 1],
    ['  ::error::injected', 1],
    ['text ::error::injected', 0],
    ['text ##[error]injected', 1],
    ['::error:injected', 0],
  ])('%s gives %i annotations', (line, count) => {
    expect(readCommands(line).annotations).toHaveLength(count);
  });

  it('names other commands that took effect', () => {
    expect(readCommands('::group::a\n::set-output name=result::x').other).toEqual(['group', 'set-output']);
  });
});
