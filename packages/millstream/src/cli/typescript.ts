import type { StreamColumn, StreamObject } from '@millstream/client'

/** An interface of the rows that a stream takes, as they are written in JSON. */
export function typescriptOf(stream: Pick<StreamObject, 'name' | 'contractVersion' | 'columns' | 'comment'>): string {
  const fields = stream.columns.filter((column) => column.kind === 'physical').map(field)
  const name = stream.name.replaceAll(/(^|_)(\w)/g, (_all, _mark, letter: string) => letter.toUpperCase())
  const comment = stream.comment === null ? '' : ` ${stream.comment}.`
  return `/** Stream ${stream.name}, contract version ${stream.contractVersion}.${comment.replaceAll('*/', '* /')} */\nexport interface ${name} {\n${fields.join('')}}\n`
}

function field({ name, type, comment }: StreamColumn): string {
  const required = / NOT NULL$/.test(type)
  const doc = comment === null ? '' : `  /** ${comment.replaceAll('*/', '* /')} */\n`
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
  return `${doc}  readonly ${key}${required ? '' : '?'}: ${typeOf(type.replace(/ NOT NULL$/, ''))}${required ? '' : ' | null'}\n`
}

/** A Flink type, as it is printed, in TypeScript: what JSON carries. */
function typeOf(type: string): string {
  const [, head = type, inner = ''] = /^(\w+)(?:<(.*)>)?/.exec(type) ?? []
  switch (head) {
    case 'BOOLEAN':
      return 'boolean'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'FLOAT':
    case 'DOUBLE':
      return 'number'
    case 'BIGINT':
    case 'DECIMAL':
      return 'number | bigint'
    case 'ARRAY':
      return `readonly (${typeOf(bare(inner))})[]`
    case 'MULTISET':
      return 'Readonly<Record<string, number>>'
    case 'MAP':
      return `Readonly<Record<string, ${typeOf(bare(parts(inner)[1] ?? 'STRING'))}>>`
    case 'ROW': {
      const fields = parts(inner).map((part) => /^`((?:[^`]|``)*)` (.*)$/.exec(part))
      return `{ ${fields.map((found) => `readonly ${JSON.stringify(found?.[1] ?? '')}: ${typeOf(bare(found?.[2] ?? 'STRING'))} | null`).join('; ')} }`
    }
    default:
      return 'string'
  }
}

const bare = (type: string): string => type.trim().replace(/ NOT NULL$/, '')

/** Splits at commas outside brackets and quotes. */
function parts(text: string): string[] {
  const found: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '`') quoted = !quoted
    else if (quoted) continue
    else if (char === '<' || char === '(') depth++
    else if (char === '>' || char === ')') depth--
    else if (char === ',' && depth === 0) {
      found.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  found.push(text.slice(from).trim())
  return found
}
