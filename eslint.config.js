import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Folders from the bottom up: a file may import from its own and from those before it. */
const layers = [
  'util',
  'wgsl',
  'gpu',
  'random',
  'storage',
  'image',
  'kernels',
  'network',
  'formats',
  'datasets',
  'model',
  'weights',
  'genome',
  'evolution',
  'ascent',
  'runs',
  'report',
  'experiments',
  'node',
  'cli',
];

/** What the engine that runs it is free to round, so that one seed gave two archives. */
const freelyRounded =
  'acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin sinh tan tanh'.split(
    ' ',
  );
const roundsFreely = [
  ...['report', 'node', 'cli'].map((layer) => `src/${layer}/**`),
  // References are held against kernels within a tolerance, and are no part of what is computed.
  'src/kernels/reference.ts',
  'src/kernels/**/*.{reference,cases}.ts',
];
const fixedMath = {
  files: ['src/**/*.ts'],
  ignores: roundsFreely,
  rules: {
    'no-restricted-properties': [
      'error',
      ...freelyRounded.map((property) => ({
        object: 'Math',
        property,
        message: 'Engines differ in its last bit; use src/random/fixed-math.ts.',
      })),
    ],
  },
};
const powers = {
  // Whole powers of two are exact in every engine.
  selector: "BinaryExpression[operator='**']:not([left.value=2]):not([left.raw='2n'])",
  message: 'Engines differ in the last bit of powers; multiply, or use src/random/fixed-math.ts.',
};

/** Whose texts are of command lines, their own or others'. */
const speaksOfOptions = [
  'src/cli/**',
  // Pages tell their reader how to go on, and style sheets have variables.
  'src/report/**',
  // The options by which a published file is imported are data, which manifests hold too.
  'src/weights/known-weights.ts',
  // Of `fool weights fetch` and of npm, where there is no other way.
  'src/node/weights-fetch.ts',
  'src/node/what-to-install.ts',
];
const options = ['Literal[value', 'TemplateElement[value.raw'].map((text) => ({
  selector: `${text}=/(^|[^-\\w])--[a-z]/]`,
  message: 'Who calls in code knows no options; name the setting, by src/util/sentence.ts.',
}));

/** Of one rule the last setting for a file holds, so that both stand last for what neither leaves out. */
const restrictedSyntax = [
  { ignores: speaksOfOptions, selectors: options },
  { ignores: roundsFreely, selectors: [powers] },
  { ignores: [...roundsFreely, ...speaksOfOptions], selectors: [powers, ...options] },
].map(({ ignores, selectors }) => ({
  files: ['src/**/*.ts'],
  ignores,
  rules: { 'no-restricted-syntax': ['error', ...selectors] },
}));

const upward = layers.map((layer, index) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...layers.slice(index + 1).map((above) => ({
            regex: `^(\\.\\./)+${above}/`,
            message: `src/${layer} lies below src/${above}; imports only point down.`,
          })),
          ...(['node', 'cli'].includes(layer)
            ? []
            : [
                {
                  group: ['node:*', 'webgpu', 'pngjs', 'jpeg-js', '@jsquash/*', 'fs', 'path', 'os'],
                  message: 'Platform-neutral code: only src/node and src/cli know Node.',
                },
              ]),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'runs/', 'coverage/', 'node_modules/', 'docs/api/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            '*.js',
            '*.mjs',
            '.*.mjs',
            'examples/*.mjs',
            'test/soak/*.mjs',
            'test/golden/*.mjs',
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/dot-notation': 'off', // noPropertyAccessFromIndexSignature asks for the opposite
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-spread': 'off', // it objects to spreading ASCII text into characters
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  ...upward,
  fixedMath,
  ...restrictedSyntax,
  {
    files: ['src/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['node:*', './node/*', './cli/*'] }] },
  },
  {
    files: ['examples/*.ts'],
    rules: {
      'max-lines': ['error', 40],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['.*'], message: 'Examples import the package, as its users do.' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Other engines are given the kinds of layers that they are compared by, and refuse all others by `default`.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['*.js', '*.mjs', 'examples/*.mjs', 'test/soak/*.mjs', 'test/golden/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: globals.node },
  },
);
