// The checksum of TFRecord files: CRC-32C (Castagnoli), masked as LevelDB does, because a CRC over data that
// holds CRCs is weak. Source: tensorflow/core/lib/hash/crc32c.h, tensorboard/data/server/masked_crc.rs.
import { buf as crc32c } from 'crc-32/crc32c';

/** Added after the rotation. */
const MASK_DELTA = 0xa282ead8;

/** CRC-32C of `bytes`, rotated right by 15 bits, plus 0xa282ead8: an unsigned 32-bit number. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
