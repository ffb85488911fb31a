/**
 * SwiftShader, a Vulkan driver that runs on the CPU, out of the optional package `@sparticuz/chromium`
 * (it carries one for its headless browser). It is unpacked once into a folder of the user's, so that
 * neither root nor a system package is needed on a machine without a GPU.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { messageOf } from '../util/message-of.ts';
import { cacheFolder, temporaryFolder } from './cache-folder.ts';
import { whyItDoesNotLoad } from './native-library.ts';
import { checkUntouched, privateFolder } from './private-folder.ts';
import { readRegular } from './read-regular.ts';
import { sha256Of } from './sha256.ts';
import { writeWhole } from './write-whole.ts';

const driverFiles = ['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json'] as const;
/** Beside them: SHA-256 of each as it came out of the package. */
const sumsFile = 'sha256.json';
const sumsSchema = z.record(z.enum(driverFiles), z.string());

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
 * Unpacks the driver when it is not there yet, into the first folder that is this user's own and may hold programs.
 * @throws EmbeddedDriverError when the package is missing, the platform another, or there is no such folder.
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
  const archive = join(packageFolder, 'bin', 'swiftshader.tar.br');
  const failures: string[] = [];
  for (const parent of [
    cacheFolder(),
    temporaryFolder(),
    // Where the packages are, programs may run: Dawn is loaded from there.
    join(packageFolder, '..', '..', '.cache', 'easily-fooled'),
  ]) {
    try {
      return await driverIn(parent, `swiftshader-${version}`, archive);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new EmbeddedDriverError(
    'no folder can hold the embedded driver; set XDG_CACHE_HOME to one of your own on a disk that programs may run ' +
      `from. Tried: ${failures.join('; ')}`,
  );
}

/** @throws Error when the folder cannot be written, is not safe, or the driver does not load out of it */
async function driverIn(parent: string, name: string, archive: string): Promise<EmbeddedDriver> {
  const safeParent = await privateFolder(parent);
  const folder = join(safeParent, name);
  const files = driverFiles.map((file) => join(folder, file));
  if (!(await isWhole(folder))) await unpack(archive, safeParent, folder);
  await checkUntouched(folder, ...files);
  const [driver, loader, manifest] = driverFiles;
  const refusal = whyItDoesNotLoad(join(folder, driver));
  if (refusal !== undefined) throw new EmbeddedDriverError(refusal);
  return { manifest: join(folder, manifest), loader: join(folder, loader) };
}

/** Whether every file is what came out of the package: a process that loads half a library dies of it. */
async function isWhole(folder: string): Promise<boolean> {
  try {
    const sums = sumsSchema.parse(JSON.parse(await readFile(join(folder, sumsFile), 'utf8')));
    const found = await sumsOf(folder);
    return driverFiles.every((file) => sums[file] === found[file]);
  } catch {
    return false;
  }
}

async function sumsOf(folder: string): Promise<Record<string, string>> {
  const sums = driverFiles.map(
    async (file) => [file, sha256Of(await readRegular(join(folder, file)))] as const,
  );
  return Object.fromEntries(await Promise.all(sums));
}

/** Whether the optional package is here. */
export function hasEmbeddedDriver(): boolean {
  try {
    return findPackage() !== '';
  } catch {
    return false;
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
  const temporary = await mkdtemp(join(parent, 'unpacking-'));
  try {
    const entries = extract();
    entries.on('entry', (header, stream, next) => {
      const wanted = driverFiles.find((file) => header.name.endsWith(file));
      const written = wanted
        ? pipeline(stream, createWriteStream(join(temporary, wanted), { mode: 0o755, flush: true }))
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
    await writeWhole(join(temporary, sumsFile), JSON.stringify(await sumsOf(temporary)));
    await moveInto(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Takes the place of a folder that lacks files or holds damaged ones; a whole one stays. */
async function moveInto(temporary: string, folder: string): Promise<void> {
  if (existsSync(folder) && !(await isWhole(folder))) await rm(folder, { recursive: true, force: true });
  try {
    await rename(temporary, folder);
  } catch (error) {
    if (!(await isWhole(folder))) throw error;
  }
}
