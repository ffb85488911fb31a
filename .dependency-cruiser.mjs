/** What may import what, types included; the order of the folders of src/ is a rule of ESLint (eslint.config.js). */
const ofKernels = String.raw`\.(reference|cases)\.ts$|^src/kernels/(reference|case|cases)\.ts$`;

export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'product-without-tests',
      severity: 'error',
      from: { path: '^(src|bench)/' },
      to: { path: '^test/' },
    },
    {
      name: 'references-for-tests',
      comment:
        'References and cases of kernels are for tests and the bench: the library is built without them.',
      severity: 'error',
      from: { path: '^src/', pathNot: ofKernels },
      to: { path: ofKernels },
    },
    {
      name: 'bench-on-top',
      comment: 'The command line offers the bench; nothing else of the product knows it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^bench/' },
    },
    {
      name: 'siblings',
      comment: 'Evolution and gradient ascent are two searches side by side: neither knows the other.',
      severity: 'error',
      from: { path: '^src/(evolution|ascent)/' },
      to: { path: '^src/(evolution|ascent)/', pathNot: '^src/$1/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
