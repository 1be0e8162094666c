// @ts-check
/**
 * Leaves out the mutants that empty a sentence: its wording is for people, and no test should pin it. Every text of one
 * word is mutated (ids, names, selectors), and so is whatever is compared, and each decision inside of a sentence.
 */

/** Two words. */
const sentence = /\p{L}[^\p{L}]*\s[^\p{L}]*\p{L}|\p{L}\s$|^\s\p{L}/u;

/** @param {any} path of Babel, https://babeljs.io/docs/babel-traverse */
function textOf(path) {
  if (path.isStringLiteral()) return path.node.value;
  if (!path.isTemplateLiteral()) return undefined;
  return path.node.quasis.map((/** @type {any} */ { value }) => value.cooked).join('');
}

/** @param {any} path */
function decides(path) {
  let found = false;
  path.traverse({
    /** @param {any} inner */
    'ConditionalExpression|LogicalExpression|BinaryExpression|OptionalMemberExpression'(inner) {
      found = true;
      inner.stop();
    },
  });
  return found;
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'sentences',
    value: {
      /** @param {any} path */
      shouldIgnore(path) {
        const text = textOf(path);
        if (text === undefined || !sentence.test(text)) return undefined;
        return path.parentPath.isBinaryExpression() || decides(path) ? undefined : 'a sentence for people';
      },
    },
  },
];
