import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../server/start.ts'

const root = join(import.meta.dirname, '..', '..')

test("README's five minutes run as they stand, in an empty folder", async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const script = /<!-- tested by test\/whole\/readme\.test\.ts -->\n```sh\n([\s\S]*?)```/.exec(readme)?.[1]
  assert.ok(script !== undefined, 'README has the block')
  const folder = mkdtempSync(join(tmpdir(), 'millstream-readme-'))
  const server = await startServer({ dataFolder: join(folder, 'data') })
  try {
    const command = join(folder, 'millstream')
    writeFileSync(command, `#!/bin/sh\nexec ${join(root, 'millstream')} "$@"\n`)
    chmodSync(command, 0o755)
    const ran = spawnSync('sh', ['-e'], {
      cwd: folder,
      input: script,
      encoding: 'utf8',
      env: { ...process.env, MILLSTREAM_SERVER: server.url },
    })
    assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`)
    assert.match(ran.stdout, /3 accepted, 1 rejected/)
    assert.match(ran.stdout, /"ms":"slow"/)
    assert.match(ran.stdout, /BR +1 +120/)
    assert.match(ran.stdout, /2026-05-01T10:01:40|2026-05-01 10:01:40/)
    assert.match(ran.stdout, /4 received = 3 accepted \+ 1 rejected/)
    assert.match(ran.stdout, /every account balances/)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
