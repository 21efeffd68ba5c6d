/** What OpenAI asks of an image address, in both of its APIs. */
import { isBase64, mediaTypeOf } from './image-bytes.ts'
import type { Fault } from './rule.ts'

/** An address on the web, or a data URL whose bytes are an image that models read. */
export function imageUrlFault(url: string, param: string): Fault | undefined {
  if (/^https?:\/\//.test(url)) return undefined
  const data = /^data:([^;,]*);base64,(.*)$/s.exec(url)
  if (data === null)
    return {
      message: `Invalid '${param}'. Expected a valid URL, but got a value with an invalid format.`,
      param,
      code: 'invalid_value',
    }
  const [, mediaType = '', base64 = ''] = data
  if (!/^image\/(png|jpe?g|gif|webp)$/.test(mediaType))
    return {
      message: `Invalid MIME type. Only image types are supported. You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].`,
      param,
      code: 'invalid_image_format',
    }
  if (!isBase64(base64))
    return {
      message: `Invalid '${param}'. Expected a base64-encoded data URL with an image MIME type, but got an invalid base64-encoded value.`,
      param,
      code: 'invalid_base64_image',
    }
  return mediaTypeOf(base64) === undefined
    ? {
        message: 'The image data you provided does not represent a valid image. Please check your input and try again.',
        param,
        code: 'invalid_image_format',
      }
    : undefined
}
