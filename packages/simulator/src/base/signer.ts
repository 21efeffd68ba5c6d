/** Signs and seals reasoning so that it can only come back unaltered, to the model that made it. */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'

export interface Signer {
  /** A signature of reasoning text, bound to the model; `nonce` makes two signatures of equal text differ. */
  sign(model: string, text: string, nonce: string): string
  verify(model: string, text: string, signature: string): boolean
  /** Opaque, encrypted reasoning, bound to the model. */
  seal(model: string, text: string, nonce: string): string
  /** The text that was sealed, or `undefined` when it was altered or belongs to another model. */
  open(model: string, sealed: string): string | undefined
}

export function signerOf(secret: string): Signer {
  const key = createHash('sha256').update(`seal\n${secret}`).digest()
  const mac = (model: string, text: string, nonce: string): string =>
    createHmac('sha256', secret).update(`${model}\n${nonce}\n${text}`).digest('base64')
  return {
    sign: (model, text, nonce) => Buffer.from(`${nonce}.${mac(model, text, nonce)}`).toString('base64'),
    verify(model, text, signature) {
      const decoded = Buffer.from(signature, 'base64').toString('utf8')
      const dot = decoded.indexOf('.')
      return dot > 0 && decoded.slice(dot + 1) === mac(model, text, decoded.slice(0, dot))
    },
    seal(model, text, nonce) {
      const start = createHash('sha256').update(`${model}\n${nonce}`).digest().subarray(0, 12)
      const cipher = createCipheriv('aes-256-gcm', key, start).setAAD(Buffer.from(model))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([start, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(model, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < 28 || bytes.toString('base64url') !== sealed) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(model))
        decipher.setAuthTag(bytes.subarray(12, 28))
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
      } catch {
        return undefined // the refusal is the caller's to word
      }
    },
  }
}
