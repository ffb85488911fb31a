/**
 * Which weight files can be fetched: those that the project knows, or those of a list of the user's own, a
 * JSON file named by the environment variable FOOL_WEIGHTS_MANIFEST (for mirrors inside an organisation, and
 * for tests).
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { messageOf } from '../util/message-of.ts';
import { hashAlgorithms, knownWeights, type KnownWeights } from '../weights/known-weights.ts';

const digits = (count: number) => z.string().regex(new RegExp(`^[0-9a-f]{${String(count)}}$`));

const manifestSchema: z.ZodType<KnownWeights[]> = z.array(
  z.object({
    name: z.string().regex(/^[\w-]+$/),
    // A plain name: the file must land in the cache folder.
    file: z.string().regex(/^\w[\w.-]*$/),
    urls: z.array(z.url({ protocol: /^https?$/ })),
    bytes: z.int().positive(),
    hashes: z
      .object({ sha256: digits(64).exactOptional(), sha1: digits(40).exactOptional() })
      .refine((hashes) => hashAlgorithms.some((algorithm) => hashes[algorithm] !== undefined), {
        error: 'needs sha256 or sha1',
      }),
    licence: z.string(),
    page: z.string(),
    architecture: z.string(),
    preprocessing: z.array(z.string()),
  }),
);

/** @throws WeightFileError when the user's own list cannot be read, or is not of the expected shape. */
export function weightsManifest(): readonly KnownWeights[] {
  const path = process.env['FOOL_WEIGHTS_MANIFEST'];
  return path === undefined || path === '' ? knownWeights : readManifest(path);
}

function readManifest(path: string): readonly KnownWeights[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new WeightFileError(`FOOL_WEIGHTS_MANIFEST=${path} cannot be read: ${messageOf(error)}`);
  }
  const { data, error } = manifestSchema.safeParse(content);
  if (!data)
    throw new WeightFileError(
      `FOOL_WEIGHTS_MANIFEST=${path} is no list of weight files: ${z.prettifyError(error)}`,
    );
  return data;
}
