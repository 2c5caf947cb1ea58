import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'

const reference = /\$\{(var|secret):([^}]*)\}/g

/** `${var:NAME}` by its value. Secrets are the server's to resolve. */
export function fillIn(text: string, variables: Readonly<Record<string, string>>, source: string): string {
  return text.replaceAll(reference, (whole: string, kind: string, name: string, at: number) => {
    const before = text.slice(0, at).split('\n')
    const place = { source, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
    if (kind === 'secret') throw errors.fail('MS-7000', { feature: `A secret (${whole})` }, place)
    const value = variables[name]
    if (value === undefined) throw errors.fail('MS-7016', { name, near: near(name, Object.keys(variables)) }, place)
    return value
  })
}
