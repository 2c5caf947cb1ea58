// Writes the pages of docs/ that come from the code: errors.md, options.md, limits.md. `npm run docs`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errors } from '../packages/millstream/src/base/errors.ts'

const docs = join(import.meta.dirname, '..', 'docs')

export function errorsPage(): string {
  const rows = Object.entries(errors.kinds).map(
    ([code, kind]) => `| ${code} | ${kind.title} | ${kind.domain} | ${kind.http} | ${kind.retry ? 'yes' : 'no'} |`,
  )
  return [
    '# Errors',
    '',
    'Every error says what happened, where, why and what to do, and carries a stable code. This page is written by `npm run docs`.',
    '`user`: the request or definition is wrong; `environment`: disk, network or another system; `server`: a bug of ours.',
    '',
    '| code | title | whose | HTTP | worth a retry |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export function limitsPage(): string {
  const text = readFileSync(join(import.meta.dirname, '..', 'packages', 'millstream', 'src', 'base', 'limits.ts'), 'utf8')
  const rows: string[] = []
  let reason: string[] = []
  for (const line of text.slice(text.indexOf('export const limits')).split('\n')) {
    const comment = /^\s*(?:\/\*\*|\*|\/\/)\s?(.*?)(?:\s*\*\/)?$/.exec(line)
    const entry = /^\s*(\w+): ([^,]+),/.exec(line)
    if (entry !== null) {
      rows.push(`| ${entry[1]} | ${entry[2]} | ${reason.join(' ')} |`)
    } else if (comment !== null && comment[1] !== '' && comment[1] !== '/') {
      if (/^\s*\/\*\*/.test(line)) reason = []
      reason.push(comment[1] ?? '')
    }
  }
  return [
    '# Limits',
    '',
    'Every queue, batch, retry and cache has a named limit. This page is written by `npm run docs`.',
    '',
    '| limit | value | why |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export const pages: Readonly<Record<string, () => string>> = { 'errors.md': errorsPage, 'limits.md': limitsPage }

if (process.argv[1] === import.meta.filename) {
  for (const [name, page] of Object.entries(pages)) writeFileSync(join(docs, name), page())
}
