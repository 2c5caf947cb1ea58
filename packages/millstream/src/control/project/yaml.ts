import { LineCounter, parseDocument, stringify } from 'yaml'
import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'

/** A YAML text as plain data. Aliases are counted, so that a small file cannot become a huge one. */
export function readYaml(text: string, source: string): unknown {
  if (text.length > limits.yamlCharactersMax) {
    throw errors.fail('MS-7015', { reason: `It is longer than ${limits.yamlCharactersMax} characters` }, { source })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problem = document.errors[0]
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw errors.fail('MS-7015', { reason: problem.message.split('\n')[0] ?? 'It is no YAML' }, { source, line, column: col })
  }
  try {
    return document.toJS({ maxAliasCount: limits.yamlAliasesMax })
  } catch (error) {
    throw errors.fail('MS-7015', { reason: (error as Error).message }, { source }, error)
  }
}

export const yamlText = (value: unknown): string => stringify(value, { lineWidth: 120 })
