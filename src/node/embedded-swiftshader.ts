/**
 * SwiftShader, a Vulkan driver that runs on the CPU, out of the optional package `@sparticuz/chromium`
 * (it carries one for its headless browser). It is unpacked once into the user's cache folder, so that
 * neither root nor a system package is needed on a machine without a GPU.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import envPaths from 'env-paths';
import { extract } from 'tar-stream';
import { messageOf } from '../message-of.ts';

const driverFiles = ['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json'] as const;

export interface EmbeddedDriver {
  /** The driver's manifest, for `VK_DRIVER_FILES`. */
  readonly manifest: string;
  /** The Vulkan loader that comes with it, for machines that have none. */
  readonly loader: string;
}

/** Why there is no embedded driver here. */
export class EmbeddedDriverError extends Error {
  override readonly name = 'EmbeddedDriverError';
}

/**
 * Unpacks the driver when it is not there yet.
 * @throws EmbeddedDriverError when the package is missing, the platform another, or no folder is writable.
 */
export async function embeddedSwiftShader(): Promise<EmbeddedDriver> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new EmbeddedDriverError(
      `the embedded driver is for Linux on x64, this is ${process.platform} on ${process.arch}`,
    );
  }
  const packageFolder = findPackage();
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const failures: string[] = [];
  for (const parent of [
    envPaths('easily-fooled', { suffix: '' }).cache,
    join(tmpdir(), `easily-fooled-${String(process.getuid?.())}`),
  ]) {
    const folder = join(parent, `swiftshader-${version}`);
    try {
      if (!driverFiles.every((file) => existsSync(join(folder, file)))) {
        await unpack(join(packageFolder, 'bin', 'swiftshader.tar.br'), parent, folder);
      }
      return { manifest: join(folder, 'vk_swiftshader_icd.json'), loader: join(folder, 'libvulkan.so.1') };
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new EmbeddedDriverError(`could not unpack the embedded driver: ${failures.join('; ')}`);
}

/** glibc's flag that keeps a library when its last handle is closed; `os.constants.dlopen` has no name for it. */
const RTLD_NODELETE = 0x1000;

/**
 * Brings a Vulkan loader into the process. Dawn looks for `libvulkan.so.1` by name, and finds this one
 * when the system has none. Node reports that the library is no addon, after it has been loaded, and closes it
 * again: without `RTLD_NODELETE` it would be gone before Dawn looks.
 */
export function preloadVulkanLoader(path: string): void {
  try {
    process.dlopen(
      { exports: {} },
      path,
      constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE,
    );
  } catch {
    // Always thrown: "Module did not self-register".
  }
}

function findPackage(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    const root = entry.lastIndexOf(join('@sparticuz', 'chromium'));
    return entry.slice(0, root + join('@sparticuz', 'chromium').length);
  } catch {
    throw new EmbeddedDriverError(
      'the optional package @sparticuz/chromium, which carries SwiftShader, is not installed',
    );
  }
}

/** Unpacks beside the final folder and renames, so that two processes at once never see half a driver. */
async function unpack(archive: string, parent: string, folder: string): Promise<void> {
  await mkdir(parent, { recursive: true });
  const temporary = await mkdtemp(join(parent, 'unpacking-'));
  try {
    const entries = extract();
    entries.on('entry', (header, stream, next) => {
      const wanted = driverFiles.find((file) => header.name.endsWith(file));
      const written = wanted
        ? pipeline(stream, createWriteStream(join(temporary, wanted), { mode: 0o755 }))
        : pipeline(
            stream,
            new Writable({
              write: (_chunk, _encoding, done) => {
                done();
              },
            }),
          );
      written.then(() => {
        next();
      }, next);
    });
    await pipeline(createReadStream(archive), createBrotliDecompress(), entries);
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, driverFiles[0]))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
