import type { ErrorKind } from './kind.ts'

/** MS-2xxx: SQL and expressions. */
export const sqlErrors = {
  'MS-2000': {
    domain: 'user',
    http: 501,
    retry: false,
    title: 'Not yet',
    says: (e) => `${e.feature} is not there yet`,
    do: () => 'docs/status.md lists what works today and what does not yet.',
  } satisfies ErrorKind<{ feature: string }>,

  // 2001-2049: reading and planning SQL.
  'MS-2001': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'SQL syntax',
    says: (e) =>
      `Found ${e.found} where ${e.expected.length > 1 ? 'one of ' : ''}${e.expected.join(', ')} ${e.expected.length > 1 ? 'can stand' : 'should stand'}`,
    do: (e) =>
      e.quoted !== null
        ? `It is a reserved word: write ${e.quoted} to use it as a name.`
        : e.near.length > 0
          ? `Did you mean ${e.near.join(' or ')}?`
          : 'Check the text at this place.',
  } satisfies ErrorKind<{ found: string; expected: readonly string[]; near: readonly string[]; quoted: string | null }>,
  'MS-2002': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Not SQL',
    says: (e) => `The text has ${e.what}`,
    do: () => 'Correct the text at this place.',
  } satisfies ErrorKind<{ what: string }>,
  'MS-2003': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Unknown column',
    says: (e) => `${e.table} has no column ${e.column}`,
    do: (e) => (e.near.length > 0 ? `Did you mean ${e.near.join(' or ')}?` : 'See its columns with `describe`.'),
  } satisfies ErrorKind<{ column: string; table: string; near: readonly string[] }>,
  'MS-2004': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Unknown table',
    says: (e) => `There is no table ${e.table}`,
    do: (e) => (e.near.length > 0 ? `Did you mean ${e.near.join(' or ')}?` : 'Create it, or list what is there with `get streams`.'),
  } satisfies ErrorKind<{ table: string; near: readonly string[] }>,
  'MS-2005': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Ambiguous column',
    says: (e) => `Column ${e.column} is in more than one table: ${e.tables.join(', ')}`,
    do: (e) => `Say which: ${e.tables[0]}.${e.column}.`,
  } satisfies ErrorKind<{ column: string; tables: readonly string[] }>,
  'MS-2006': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Not a grouped column',
    says: (e) => `${e.expression} is neither in GROUP BY nor inside an aggregate function`,
    do: () => 'Add it to GROUP BY, or wrap it in an aggregate such as MAX.',
  } satisfies ErrorKind<{ expression: string }>,
  'MS-2007': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Misplaced expression',
    says: (e) => `${e.what} cannot stand in ${e.place}`,
    do: (e) => e.instead,
  } satisfies ErrorKind<{ what: string; place: string; instead: string }>,
  'MS-2008': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Types do not fit',
    says: (e) => `${e.what} is ${e.found}, but ${e.wanted} is wanted`,
    do: (e) => `Write CAST(${e.expression} AS ...) if that is meant.`,
  } satisfies ErrorKind<{ what: string; found: string; wanted: string; expression: string }>,
  'MS-2009': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Wrong number of columns',
    says: (e) => `${e.what} has ${e.found} ${e.found === 1 ? 'column' : 'columns'}, ${e.against} has ${e.wanted}`,
    do: (e) => `Give as many columns: ${e.columns.join(', ')}.`,
  } satisfies ErrorKind<{ what: string; found: number; against: string; wanted: number; columns: readonly string[] }>,
  'MS-2010': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Unknown option',
    says: (e) => `${e.owner} has no option '${e.option}'`,
    do: (e) => (e.near.length > 0 ? `Did you mean ${e.near.map((name) => `'${name}'`).join(' or ')}?` : `It has: ${e.known.join(', ')}.`),
  } satisfies ErrorKind<{ owner: string; option: string; near: readonly string[]; known: readonly string[] }>,
  'MS-2011': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Wrong table definition',
    says: (e) => e.problem,
    do: (e) => e.remedy,
  } satisfies ErrorKind<{ problem: string; remedy: string }>,
  'MS-2012': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Wrong literal',
    says: (e) => `'${e.text}' is not a ${e.type}`,
    do: (e) => `Write it like ${e.example}.`,
  } satisfies ErrorKind<{ text: string; type: string; example: string }>,
  'MS-2013': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Wrong window',
    says: (e) => e.problem,
    do: (e) => e.remedy,
  } satisfies ErrorKind<{ problem: string; remedy: string }>,
  'MS-2014': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'The sink takes inserts only',
    says: (e) => `${e.table} takes inserts only, but the query changes rows that it gave before (${e.because})`,
    do: () => 'Write to a table with a PRIMARY KEY, aggregate by a window (TUMBLE, HOP), or run it in batch mode.',
  } satisfies ErrorKind<{ table: string; because: string }>,
  'MS-2015': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'NOT NULL',
    says: (e) => `Column ${e.column} of ${e.table} is NOT NULL, and the query gives it nothing`,
    do: () => 'Give the column a value, for example with COALESCE(x, ...).',
  } satisfies ErrorKind<{ column: string; table: string }>,
  'MS-2016': {
    domain: 'user',
    http: 409,
    retry: false,
    title: 'Exists already',
    says: (e) => `${e.name} exists already`,
    do: () => 'Choose another name, or write IF NOT EXISTS.',
  } satisfies ErrorKind<{ name: string }>,
  'MS-2017': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Not in this mode',
    says: (e) => `${e.what} needs ${e.needs}`,
    do: (e) => e.remedy,
  } satisfies ErrorKind<{ what: string; needs: string; remedy: string }>,
}
