import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')

test('what is packed installs into an empty project, runs there, and is typed', { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-pack-'))
  try {
    const packed = spawnSync(process.execPath, [join(root, 'scripts', 'pack.mjs'), folder], { cwd: root, encoding: 'utf8' })
    assert.equal(packed.status, 0, packed.stderr + packed.stdout)
    const tarballs = packed.stdout.trim().split('\n').slice(-2)
    const project = join(folder, 'project')
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }')
    const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], {
      cwd: project,
      encoding: 'utf8',
    })
    assert.equal(installed.status, 0, installed.stderr)
    const main = join(project, 'node_modules', 'millstream', 'cli', 'main.js')
    assert.ok(existsSync(main) && existsSync(join(project, 'node_modules', '@millstream', 'client', 'client.d.ts')))

    const child = spawn(process.execPath, [main, 'start', '--data', join(folder, 'data'), '--port', '0', '--no-demo'], { cwd: project })
    let printed = ''
    try {
      const url = await new Promise<string>((resolve, reject) => {
        const take = (chunk: Buffer): void => {
          printed += chunk
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0]
          if (found !== undefined) resolve(found)
        }
        child.stdout.on('data', take)
        child.stderr.on('data', take)
        child.on('exit', () => reject(new Error(`it ended:\n${printed}`)))
      })
      const script = `
        import { createClient } from '@millstream/client'
        const client = createClient({ server: process.argv[1] })
        await client.put('streams', 'packed', { sql: "CREATE TABLE packed (n INT) WITH ('connector' = 'millstream')" })
        await client.send('packed', [{ n: 1 }, { n: 2 }])
        console.log(JSON.stringify((await client.sqlAll({ sql: 'SELECT SUM(n) AS s FROM packed' })).rows))
      `
      const asked = spawnSync(process.execPath, ['--input-type=module', '-e', script, url], { cwd: project, encoding: 'utf8' })
      assert.equal(asked.stdout.trim(), '[[3]]', asked.stderr + printed)
      assert.equal((await fetch(`${url}/`)).headers.get('content-type')?.startsWith('text/html'), true, 'the web app is in the package')
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
