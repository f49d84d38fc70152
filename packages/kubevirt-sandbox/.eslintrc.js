module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      files: ['**/*.test.ts'],
      rules: {
        // tests that wait for a state fail by its time limit
        'jest/expect-expect': [
          'error',
          { assertFunctionNames: ['expect', 'expect*', 'complete', 'until'] },
        ],
      },
    },
  ],
});
