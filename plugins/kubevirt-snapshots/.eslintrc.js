// SPDX-License-Identifier: Apache-2.0

// Overlays and fields come from @backstage/ui only. Two focus systems on one
// page fight: a Material UI dialog steals the focus that react-aria has just
// given to a menu. Material UI stays allowed for inline parts that BUI lacks.
const overlays = [
  'Dialog',
  'DialogActions',
  'DialogContent',
  'DialogTitle',
  'Drawer',
  'Menu',
  'MenuItem',
  'Modal',
  'Popover',
  'Popper',
  'Select',
  'Snackbar',
  'TextField',
  'Tooltip',
];
const message =
  'Use the component of @backstage/ui: the focus handling of Material UI overlays fights with react-aria.';
const sandbox =
  'The sandbox is another process; plugins talk to clusters by HTTP and never import it.';

module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  restrictedImports: [
    { name: '@material-ui/core', importNames: overlays, message },
    ...overlays.map(name => ({ name: `@material-ui/core/${name}`, message })),
    { name: 'kubevirt-sandbox', message: sandbox },
  ],
  restrictedImportPatterns: ['kubevirt-sandbox/*', '**/kubevirt-sandbox/**'],
});
