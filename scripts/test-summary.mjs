// A reporter that prints each failure whole and closes with the counts on one line: `N passed, N failed, N skipped`.
export default async function* summary(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const event of source) {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { details, name, file, line, skip, todo } = event.data
      if (details?.type === 'suite') continue
      if (skip !== undefined || todo !== undefined) counts.skipped++
      else if (event.type === 'test:pass') counts.passed++
      else {
        counts.failed++
        const cause = details.error?.cause ?? details.error
        yield `\nFAILED ${name}\n  at ${file ?? '?'}:${line ?? '?'}\n${String(cause?.stack ?? cause).replace(/^/gm, '  ')}\n`
      }
      if (skip !== undefined && typeof skip === 'string') yield `\nSKIPPED ${name}: ${skip}\n`
    }
  }
  yield `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`
}
