import { limits } from '../../base/limits.ts'
import type { LogicalType, RowField } from '../../data/types.ts'
import { refusal } from '../cursor.ts'
import { FlatScratch } from '../flat-scratch.ts'
import { ListScratch, MapScratch, RowScratch, type Scratch } from '../scratch.ts'
import { TextScratch } from '../text-scratch.ts'
import type { TimeFormat } from '../times.ts'
import { KeyTable, keyPattern } from './key-table.ts'
import { refuse, textEnd, type ValueSite, valueSource } from './value-source.ts'

/** What a generated scanner is made of: its text, and the things that the text names by number. */
export interface ScanSource {
  readonly text: string
  readonly scratches: readonly Scratch[]
  readonly tables: readonly KeyTable[]
  /** NOT NULL fields of each object, a byte a field; by table. */
  readonly required: readonly Uint8Array[]
  /** The columns of each object's fields; by table. */
  readonly childLists: readonly (readonly Scratch[])[]
  /** Paths of nested rows, before the keys of their unknown fields. */
  readonly prefixes: readonly Uint8Array[]
  /** Where a refused value stands: `address.city`, `tags[]`, `labels{}`. */
  readonly paths: readonly { readonly path: string; readonly type: LogicalType }[]
}

export interface SourceOptions {
  readonly unknownFields: 'keep' | 'drop' | 'reject'
  /** Of a top-level column. */
  readonly timeFormat: (name: string) => TimeFormat
  readonly textNumbers: boolean
}

/**
 * The text of `rows`, which reads rows until the body ends, a row is refused (-1), or the columns are full, and of one
 * function for each nested object, list and map. Producers write keys in a stable order: each object remembers which key
 * followed which, compares the bytes of the expected one, and jumps to the code of its field. Only a surprise is looked up.
 * Fields in the contract's own order do not even jump: one case of the switch falls through to the next.
 */
export function scanSource(fields: readonly RowField[], columns: readonly Scratch[], options: SourceOptions): ScanSource {
  const scratches: Scratch[] = []
  const tables: KeyTable[] = []
  const required: Uint8Array[] = []
  const paths: { path: string; type: LogicalType }[] = []
  const functions: string[] = []
  const constants: string[] = []
  const prefixes: Uint8Array[] = []
  const encoder = new TextEncoder()
  const childLists: (readonly Scratch[])[] = []

  const site = (type: LogicalType, scratch: Scratch, path: string, row: string, hoisted: boolean, timeFormat: TimeFormat): ValueSite => {
    const id = scratches.push(scratch) - 1
    const { textNumbers } = options
    const common = { type, id, row, timeFormat, textNumbers }
    const result = { ...common, path: paths.push({ path, type }) - 1, hoisted: hoisted && isHoisted(scratch) }
    if (scratch instanceof RowScratch && type.kind === 'ROW') {
      const members = objectSource(type.fields, scratch.children, `${path}.`, false, () => 'iso')
      functions.push(`function object${id}(src, dv, at, i) {\n${members}\ns${id}.nulls[i] = 0;\nreturn at;\n}`)
    } else if (scratch instanceof ListScratch && type.kind === 'ARRAY') {
      functions.push(listSource(id, site(type.element, scratch.child, `${path}[]`, 'e', false, 'iso')))
    } else if (scratch instanceof MapScratch) {
      const keyType = type.kind === 'MAP' ? type.key : type.kind === 'MULTISET' ? type.element : type
      const itemType: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      const key = site(keyType, scratch.keys, `${path}{}`, 'e', false, 'iso')
      functions.push(mapSource(id, key, site(itemType, scratch.items, `${path}{}`, 'e', false, 'iso')))
    }
    return result
  }

  /** From the opening brace to after the closing one. */
  const objectSource = (
    members: readonly RowField[],
    children: readonly Scratch[],
    prefix: string,
    top: boolean,
    timeFormat: (name: string) => TimeFormat,
  ): string => {
    const t = tables.push(new KeyTable(members.map((member) => member.name))) - 1
    required.push(Uint8Array.from(members, (member) => (member.type.nullable ? 0 : 1)))
    const wide = members.length > limits.scanFieldsInline
    const words = Math.ceil(members.length / 32)
    // items of lists have no name of their own to keep a field under
    const keeps = options.unknownFields === 'keep' && !/(\[\]|\{\})\./.test(prefix)
    const pathOf: number[] = []
    const cases = members.map((member, field) => {
      const value = site(member.type, children[field] as Scratch, `${prefix}${member.name}`, 'i', top && !wide, timeFormat(member.name))
      pathOf.push(value.path)
      let read = valueSource(value)
      if (wide) {
        functions.push(`function field${value.id}(src, dv, at, i) {\n${read}\nreturn at;\n}`)
        read = `at = field${value.id}(src, dv, at, i); if (at < 0) return -1;`
      }
      const matched = wide
        ? `const m = T${t}.match(src, at, ${field}); if (m >= 0) at = m;`
        : `if (${matchSource(keyPattern(member.name))}) at += ${keyPattern(member.name).length};`
      const follower = wide ? undefined : members[field + 1]
      const onward = follower === undefined ? null : encoder.encode(`,"${follower.name}":`)
      return `case ${field}: {
if (known === 0) {
  ${matched}
  else { f = T${t}.find(src, at, C); if (f < 0) { C.field = -1; return -1; } at = C.at; next${t}[previous] = f; known = 1; continue; }
  if (src[at] <= 32) at = H.skipSpace(src, at, C);
}
${read}
seen${field >> 5} |= ${1 << (field & 31)};
${onward === null ? '' : `if (${matchSource(onward)}) { at += ${onward.length}; f = ${field + 1}; known = 1; if (src[at] <= 32) at = H.skipSpace(src, at, C); } else`}
break; }`
    })
    const unknown =
      options.unknownFields === 'reject'
        ? `C.field = -1; return C.refuse(${refusal.unknown}, C.keyAt);`
        : `const from = at, keyAt = C.keyAt; at = H.skipValue(src, at, C); if (at < 0) { C.field = -1; return -1; }
${keeps ? `U.add(keyAt, from, at, prefixes[${prefixes.push(encoder.encode(JSON.stringify(prefix).slice(1, -1))) - 1}]);` : ''}`
    const missing = Array.from({ length: words }, (_, word) => {
      const count = Math.min(32, members.length - 32 * word)
      const all = count === 32 ? -1 : (1 << count) - 1
      return `if (seen${word} !== ${all}) { const lost = H.missing(M${t}, R${t}, i, ${word}, seen${word}); if (lost >= 0) { C.field = P${t}[lost]; return C.refuse(${refusal.missing}, at - 1); } }`
    })
    constants.push(
      `const T${t} = tables[${t}], next${t} = T${t}.successor, R${t} = required[${t}], M${t} = children[${t}], P${t} = [${pathOf.join(',')}];`,
    )
    childLists[t] = children
    return `at++;
if (src[at] <= 32) at = H.skipSpace(src, at, C);
${Array.from({ length: words }, (_, word) => `let seen${word} = 0;`).join(' ')}
if (src[at] === 125) at++;
else {
  let previous = ${members.length + 1}, f = next${t}[previous], known = 0;
  for (;;) {
    switch (f) {
${cases.join('\n')}
default: {
  if (known === 0) {
    f = T${t}.find(src, at, C); if (f < 0) { C.field = -1; return -1; } at = C.at; next${t}[previous] = f; known = 1;
    if (f !== ${members.length}) continue;
  }
  ${unknown}
}
    }
    known = 0;
    previous = f;
    if (src[at] <= 32) at = H.skipSpace(src, at, C);
    if (src[at] === 44) { at++; if (src[at] !== 34) at = H.skipSpace(src, at, C); f = next${t}[previous]; continue; }
    if (src[at] === 125) { at++; break; }
    C.field = -1; return C.refuse(${refusal.syntax}, at);
  }
}
${missing.join('\n')}`
  }

  const rowMembers = objectSource(fields, columns, '', true, options.timeFormat)
  const hoisted = fields.length > limits.scanFieldsInline ? [] : columns.filter(isHoisted)
  const locals = hoisted.map((column) => {
    const id = scratches.indexOf(column)
    return `const v${id} = s${id}.${column instanceof TextScratch ? 'ids' : 'values'}, n${id} = s${id}.nulls;`
  })
  const text = `'use strict';
const powers = H.powersOfTen, tens = H.tens, masks = H.textMasks;
${scratches.map((_, id) => `const s${id} = scratches[${id}];`).join('\n')}
${constants.join('\n')}
${functions.join('\n')}
return function rows(src, dv, at, i, capacity, end, mode) {
${locals.join('\n')}
C.field = -1;
for (;;) {
  if (mode === 0) { let c; while ((c = src[at]) === 10 || c === 13 || c === 32 || c === 9) at++; }
  else at = H.skipSpace(src, at, C);
  C.row = i;
  if (at >= end || i === capacity) return at;
  C.rowStart = at;
  if (src[at] !== 123) return C.refuse(${refusal.notObject}, at);
  ${options.unknownFields === 'keep' ? 'if (U.count !== 0) U.begin();' : ''}
${rowMembers}
  if (at - C.rowStart > sizeMax) return C.refuse(${refusal.size}, C.rowStart);
  if (src[at] === 10) at++;
  else at = H.skipSpace(src, at, C);
  if (mode === 0) {
    if (src[at - 1] !== 10 && src[at] !== 10 && at < end) return C.refuse(${refusal.trailing}, at);
  }
  ${options.unknownFields === 'keep' ? 'if (U.count !== 0) U.commit(src, i);' : ''}
  i++;
  if (mode !== 0) { C.row = i; return at; }
}
};`
  return { text, scratches, tables, required, paths, childLists, prefixes }
}

const isHoisted = (column: Scratch): boolean => column instanceof FlatScratch || column instanceof TextScratch

function matchSource(pattern: Uint8Array): string {
  const view = new DataView(pattern.buffer)
  const checks: string[] = []
  if (pattern.length < 4) return pattern.length === 3 ? `src[at] === 34 && src[at + 1] === 34 && src[at + 2] === 58` : 'false'
  for (let at = 0; at + 4 <= pattern.length; at += 4) checks.push(compare(view, at))
  if (pattern.length % 4 !== 0) checks.push(compare(view, pattern.length - 4))
  return checks.join(' && ')
}

const compare = (view: DataView, at: number): string => `dv.getInt32(at + ${at}, true) === ${view.getInt32(at, true)}`

function listSource(id: number, element: ValueSite): string {
  return `function list${id}(src, dv, at, row) {
  let e = s${id}.offsets[row];
  at = H.skipSpace(src, at + 1, C);
  if (src[at] === 93) at++;
  else for (;;) {
    s${id}.ensure(e);
    ${valueSource(element)}
    e++;
    at = H.skipSpace(src, at, C);
    if (src[at] === 44) { at = H.skipSpace(src, at + 1, C); continue; }
    if (src[at] === 93) { at++; break; }
    ${refuse(element, refusal.syntax)}
  }
  s${id}.offsets[row + 1] = e;
  s${id}.nulls[row] = 0;
  return at;
}`
}

/** Keys that come twice are rare: they are noticed after a key is written, and the map is read again by its last values. */
function mapSource(id: number, key: ValueSite, item: ValueSite): string {
  return `function map${id}(src, dv, at, row) {
  const start = s${id}.offsets[row], opening = at;
  let e = start, again = false;
  at = H.skipSpace(src, at + 1, C);
  if (src[at] === 125) at++;
  else for (;;) {
    if (src[at] !== 34) ${refuse(key, refusal.syntax)}
    s${id}.ensure(e);
    ${textEnd}
    if (src[p] !== 34) { p = H.endOfText(src, p, C); if (p < 0) { C.field = ${key.path}; return -1; } escaped = C.escaped; }
    if (escaped) H.putEscaped(s${key.id}, e, src, at + 1, p); else s${key.id}.put(e, src, dv, at + 1, p - at - 1);
    if (e - start > 16 || s${key.id}.holds(start, e)) { again = true; break; }
    at = H.skipSpace(src, p + 1, C);
    if (src[at] !== 58) ${refuse(key, refusal.syntax)}
    at = H.skipSpace(src, at + 1, C);
    ${valueSource(item)}
    e++;
    at = H.skipSpace(src, at, C);
    if (src[at] === 44) { at = H.skipSpace(src, at + 1, C); continue; }
    if (src[at] === 125) { at++; break; }
    ${refuse(key, refusal.syntax)}
  }
  if (again) {
    const found = H.mapEntries(src, opening, C);
    if (found === null) { C.field = ${key.path}; return -1; }
    e = start;
    for (const [keyAt, keyEnd, escaped, valueAt] of found.entries) {
      s${id}.ensure(e);
      if (escaped === 1) H.putEscaped(s${key.id}, e, src, keyAt, keyEnd); else s${key.id}.put(e, src, dv, keyAt, keyEnd - keyAt);
      at = valueAt;
      ${valueSource(item)}
      e++;
    }
    at = found.end;
  }
  s${id}.offsets[row + 1] = e;
  s${id}.nulls[row] = 0;
  return at;
}`
}
