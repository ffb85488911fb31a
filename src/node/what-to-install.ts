/** Sentences for machines on which there is no adapter. */

/** What the builds of Dawn in the package `webgpu` ask of a system. */
export const dawnNeeds =
  'It has builds for Linux (x64 and arm64, with glibc 2.34 and libstdc++ of GCC 12 or newer, as in Debian 12, Ubuntu 22.04 and Fedora 36), ' +
  'macOS, and Windows (x64 and arm64).';

const lavapipe =
  'lavapipe of Mesa 25 or newer (the package mesa-vulkan-drivers of Debian, Ubuntu and Fedora)';

/** What brings an adapter to a machine that has none. */
export function whatToInstall(platform: NodeJS.Platform, arch: string): string {
  if (platform === 'darwin')
    return 'Dawn needs Metal here: a Mac, or a virtual machine to which its GPU is passed on.';
  if (platform === 'win32') return "Dawn needs Direct3D 12 here: update the GPU's driver.";
  if (platform !== 'linux') return dawnNeeds;
  const withoutGpu =
    arch === 'x64'
      ? 'the optional package @sparticuz/chromium brings a software driver: `npm ci` without --omit=optional in a ' +
        'checkout, `npm install @sparticuz/chromium` in a project of your own.'
      : `install ${lavapipe}; there is no software driver for ${arch} on npm.`;
  return `A GPU needs its Vulkan driver. Without a GPU, ${withoutGpu}`;
}
