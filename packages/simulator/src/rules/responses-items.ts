/** Rules about the single items of a Responses input. */
import { isMessage } from '../wire/responses.ts'
import type { ResolvedResponses, ResponsesItem, ResponsesPart } from '../wire/responses.ts'
import { imageUrlFault } from './openai-images.ts'
import { emptyArray, emptyString, invalidValue, longString, missingParameter } from './openai-shape.ts'
import { functionNameFault } from './openai-tools.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ResolvedResponses>

/** Checks the items that this request brought itself, each with its place. */
const each = ({ items, stored }: ResolvedResponses, check: (item: ResponsesItem, place: string) => Fault | undefined): Fault | undefined =>
  firstFault(items.slice(stored).entries(), ([index, item]) => check(item, `input[${index}]`))

const some: R = {
  id: 'responses.input_some',
  check({ request, items }) {
    if (request.input === undefined) return missingParameter('input')
    if (request.input === '') return emptyString('input')
    return items.length === 0 ? emptyArray('input') : undefined
  },
}

const prefixes: Readonly<Record<string, string>> = { message: 'msg', function_call: 'fc', reasoning: 'rs', function_call_output: 'fc' }

const ids: R = {
  id: 'responses.item_id',
  check: (resolved) =>
    each(resolved, (item, place) => {
      const id = item.id ?? undefined
      if (id === undefined) return undefined
      if (id.length > 64) return longString(`${place}.id`, 64, id.length)
      const prefix = prefixes[item.type ?? 'message'] ?? ''
      return id.startsWith(prefix)
        ? undefined
        : {
            message: `Invalid '${place}.id': '${id}'. Expected an ID that begins with '${prefix}'.`,
            param: `${place}.id`,
            code: 'invalid_value',
          }
    }),
}

const uniqueItems: R = {
  id: 'responses.item_once',
  check({ items }) {
    const known = items.flatMap(({ id }) => ((id ?? undefined) === undefined ? [] : [String(id)]))
    const twice = known.find((id, index) => known.indexOf(id) !== index)
    return twice === undefined
      ? undefined
      : { message: `Duplicate item found with id ${twice}. Remove duplicate items from your input and try again.`, param: 'input' }
  },
}

const partsOfRole: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_image', 'input_file'],
  system: ['input_text'],
  developer: ['input_text'],
  assistant: ['output_text', 'refusal'],
  output: ['input_text', 'input_image', 'input_file'],
}

const partLists = (item: ResponsesItem, place: string): readonly (readonly [string, string, readonly ResponsesPart[]])[] => {
  if (isMessage(item)) return typeof item.content === 'string' ? [] : [[item.role, `${place}.content`, item.content]]
  return item.type === 'function_call_output' && typeof item.output !== 'string' ? [['output', `${place}.output`, item.output]] : []
}

const parts: R = {
  id: 'responses.parts_of_role',
  check: (resolved) =>
    each(resolved, (item, place) =>
      firstFault(partLists(item, place), ([role, where, list]) =>
        firstFault(list.entries(), ([index, part]) => {
          const allowed = partsOfRole[role] ?? []
          return allowed.includes(part.type) ? undefined : invalidValue(`${where}[${index}]`, part.type, allowed)
        }),
      ),
    ),
}

const images: R = {
  id: 'responses.image',
  check: (resolved, { model }) =>
    each(resolved, (item, place) =>
      firstFault(partLists(item, place), ([, where, list]) =>
        firstFault(list.entries(), ([index, part]) => {
          if (part.type !== 'input_image') return undefined
          const param = `${where}[${index}].image_url`
          if (model.images === false)
            return { message: `Invalid content type. input_image is not supported by this model.`, param, code: 'invalid_value' }
          if (typeof part.image_url === 'string') return imageUrlFault(part.image_url, param)
          return typeof part.file_id === 'string' ? undefined : missingParameter(param)
        }),
      ),
    ),
}

const calls: R = {
  id: 'responses.function_call_fields',
  check: (resolved) =>
    each(resolved, (item, place) => {
      if (item.type !== 'function_call' && item.type !== 'function_call_output') return undefined
      if (item.call_id === '') return emptyString(`${place}.call_id`)
      if (item.call_id.length > 64) return longString(`${place}.call_id`, 64, item.call_id.length)
      return item.type === 'function_call' ? functionNameFault(item.name, `${place}.name`) : undefined
    }),
}

export const responsesItemRules: readonly R[] = [some, ids, uniqueItems, parts, images, calls]
