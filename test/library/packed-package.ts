/** The package as it would be published, and a project that has it installed. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  /** Paths within the package. */
  readonly files: readonly string[];
  readonly bytes: number;
}

const typescript = resolve('node_modules/typescript/bin/tsc');

/** Packs what is built; the declarations are made for it, nothing else is built while other tests run what is there. */
export function packPackage(): Packed {
  execFileSync(process.execPath, [typescript, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'easily-fooled-pack-'));
  const said = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', folder],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [packed] = JSON.parse(said) as { filename: string; size: number; files: { path: string }[] }[];
  if (!packed) throw new Error('npm packed nothing');
  const files = packed.files.map(({ path }) => path);
  return { folder, tarball: join(folder, packed.filename), files, bytes: packed.size };
}

/** A project with the package in its `node_modules`, beside the package's dependencies and none other. */
export function consumerOf({ folder, tarball }: Packed): string {
  const project = join(folder, 'project');
  const installed = join(project, 'node_modules', 'easily-fooled');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', installed]);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'optionalDependencies',
    Record<string, string>
  >;
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  // The project's own: it is written for Node.
  for (const name of [...needed, '@types/node', 'undici-types']) {
    const place = join(project, 'node_modules', name);
    if (!existsSync(join('node_modules', name))) continue;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(resolve('node_modules', name), place);
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  return project;
}

/** What the compiler complains of in files of the project, the package's declarations included. */
export function typeErrors(
  project: string,
  files: readonly string[],
  [module, moduleResolution]: readonly [string, string],
): string {
  const compilerOptions = {
    ...{ target: 'ES2022', module, moduleResolution, strict: true, noEmit: true, skipLibCheck: false },
    ...{ lib: ['ES2023', 'DOM', 'ESNext.Disposable'], types: ['node'] },
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  try {
    execFileSync(process.execPath, [typescript, '-p', '.'], { cwd: project, encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

export function removePacked({ folder }: Packed): void {
  rmSync(folder, { recursive: true, force: true });
}
