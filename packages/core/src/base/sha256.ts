/** SHA-256 (FIPS 180-4) for hosts that have no synchronous digest of their own: a few hundred bytes instead of a library. */

/** The first `count` primes. */
function primes(count: number): readonly number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  return found
}

/** The first 32 bits of the fraction of a number. */
const fraction = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0

const at = (list: Int32Array, index: number): number => list[index] ?? 0

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** The message with a one bit, zeros and its length in bits: whole blocks of 64 bytes. */
function padded(message: Uint8Array): DataView {
  const length = Math.ceil((message.length + 9) / 64) * 64
  const bytes = new Uint8Array(length)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(length - 4, message.length << 3)
  return view
}

/** One digest function with its tables made once. Lower-case hex of the text as UTF-8. */
export function sha256(): (text: string) => string {
  const rounds = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))
  const initial = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)))
  const words = new Int32Array(64)

  const block = (state: Int32Array, view: DataView, offset: number): void => {
    for (let i = 0; i < 64; i++) words[i] = i < 16 ? view.getInt32(offset + i * 4) : schedule(i)
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
    for (let i = 0; i < 64; i++) {
      const one = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + at(rounds, i) + at(words, i)) | 0
      const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + word
  }
  const schedule = (i: number): number => {
    const early = at(words, i - 15)
    const late = at(words, i - 2)
    const low = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const high = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    return at(words, i - 16) + low + at(words, i - 7) + high
  }
  return (text) => {
    const view = padded(new TextEncoder().encode(text))
    const state = Int32Array.from(initial)
    for (let offset = 0; offset < view.byteLength; offset += 64) block(state, view, offset)
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
