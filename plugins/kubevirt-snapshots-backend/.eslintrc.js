module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  restrictedImports: [
    {
      name: 'kubevirt-sandbox',
      message: 'The plugin must not know whether it talks to the sandbox.',
    },
  ],
});
