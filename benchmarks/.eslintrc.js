module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // Runs from the checkout only, beside the portal that it measures.
    '@backstage/no-relative-monorepo-imports': 'off',
    'no-restricted-imports': 'off',
    'no-restricted-syntax': 'off',
    '@typescript-eslint/no-use-before-define': 'off',
  },
});
