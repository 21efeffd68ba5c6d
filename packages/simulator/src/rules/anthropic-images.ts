/** Rules about the images of an Anthropic request. */
import { blocksOf } from '../wire/anthropic.ts'
import type { AnthropicImage, AnthropicRequest } from '../wire/anthropic.ts'
import { isBase64, mediaTypeOf } from './image-bytes.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

function imageFault(image: AnthropicImage, place: string): Fault | undefined {
  const { source } = image
  if (source.type === 'url')
    return source.url.startsWith('https://') ? undefined : { message: `${place}.source.url.url: Only HTTPS URLs are supported.` }
  if (source.type !== 'base64') return undefined
  if (source.data === '') return { message: `${place}.source.base64: image cannot be empty` }
  if (!isBase64(source.data)) return { message: `${place}.source.base64.data: invalid base64 data` }
  const found = mediaTypeOf(source.data)
  if (found === undefined) return { message: `${place}.source.base64.data: Could not process image` }
  return found === source.media_type
    ? undefined
    : {
        message: `${place}.source.base64.data: The image was specified using the ${source.media_type} media type, but the image appears to be a ${found} image`,
      }
}

const images: Rule<AnthropicRequest> = {
  id: 'anthropic.image',
  check: ({ messages }, { model }) =>
    firstFault(messages.entries(), ([index, message]) =>
      firstFault(blocksOf(message).entries(), ([at, block]) => {
        const place = `messages.${index}.content.${at}`
        const found: readonly (readonly [string, { readonly type: string }])[] = [
          [`${place}.image`, block],
          ...(block.type === 'tool_result' && Array.isArray(block.content)
            ? [...block.content.entries()].map(([inner, part]) => [`${place}.tool_result.content.${inner}.image`, part] as const)
            : []),
        ]
        return firstFault(found, ([where, part]) => {
          if (!isImage(part)) return undefined
          return model.images === false ? { message: `${where}: '${model.id}' does not support image input.` } : imageFault(part, where)
        })
      }),
    ),
}

const isImage = (part: { readonly type: string }): part is AnthropicImage => part.type === 'image'

export const anthropicImageRules: readonly Rule<AnthropicRequest>[] = [images]
