/** The rules that need no types, for `npm test`; `npm run check` has all, which take the most of a minute. */
import tseslint from 'typescript-eslint';
import all from './eslint.config.js';

export default tseslint.config(...all, tseslint.configs.disableTypeChecked, {
  // They may be for rules that are left out here.
  linterOptions: { reportUnusedDisableDirectives: 'off' },
});
