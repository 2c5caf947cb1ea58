import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CommitStore, Storage } from './ports.ts'
import { openSqliteCommitStore } from './real/sqlite-commit-store.ts'
import { nodeStorage } from './real/storage.ts'
import { SimulatedCommitStore } from './simulated/commit-store.ts'
import { noFaults, SimulatedStorage } from './simulated/storage.ts'
import { SimulatedWorld } from './simulated/world.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const string = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Each storage runs what it is given to its end. */
const storages: readonly (readonly [name: string, use: (body: (storage: Storage) => Promise<void>) => Promise<void>])[] = [
  [
    'real',
    async (body) => {
      const folder = mkdtempSync(join(tmpdir(), 'millstream-storage-'))
      await body(nodeStorage(folder))
      rmSync(folder, { recursive: true })
    },
  ],
  [
    'simulated',
    async (body) => {
      const world = new SimulatedWorld(1)
      await world.runUntil(body(new SimulatedStorage(world.random, world.scheduler)))
    },
  ],
]

for (const [name, use] of storages) {
  test(`${name} storage: what is written is read, in parts, at positions, and only as much as there is`, () =>
    use(async (storage) => {
      await storage.makeFolder('a/b')
      const file = await storage.open('a/b/f', 'create')
      await file.write([text('hello '), new Uint8Array(0), text('world')], 0)
      await file.write([text('W')], 6)
      await file.sync()
      await storage.syncFolder('a/b')
      const target = new Uint8Array(20)
      assert.equal(await file.read(target, 0), 11)
      assert.equal(string(target.subarray(0, 11)), 'hello World')
      assert.equal(await file.read(target, 11), 0)
      await file.write([text('!')], 13)
      assert.equal(await file.read(target, 10), 4)
      assert.deepEqual([...target.subarray(0, 4)], [0x64, 0, 0, 0x21])
      await file.truncate(5)
      assert.equal(await file.sizeBytes(), 5)
      await file.close()
      const again = await storage.open('a/b/f', 'read')
      assert.equal(await again.read(target, 0), 5)
      await again.close()
    }))

  test(`${name} storage: names are made, listed, replaced and removed`, () =>
    use(async (storage) => {
      assert.deepEqual(await storage.list('nowhere'), [])
      assert.equal(await storage.stat('nowhere'), null)
      await assert.rejects(storage.open('nowhere', 'read'), { code: 'ENOENT' })
      await storage.makeFolder('x')
      await storage.makeFolder('x')
      for (const file of ['x/b', 'x/a']) await (await storage.open(file, 'write')).close()
      await assert.rejects(storage.open('x/a', 'create'), { code: 'EEXIST' })
      assert.deepEqual(await storage.list('x'), ['a', 'b'])
      const file = await storage.open('x/b', 'write')
      await file.write([text('new')], 0)
      await file.close()
      await storage.rename('x/b', 'x/a')
      assert.deepEqual(await storage.list('x'), ['a'])
      assert.equal((await storage.stat('x/a'))?.sizeBytes, 3)
      assert.equal((await storage.stat('x'))?.isFolder, true)
      await storage.remove('x/none')
      await storage.remove('x')
      assert.deepEqual(await storage.list(''), [])
      assert.ok((await storage.freeBytes()) > 0)
    }))
}

test('real storage refuses paths that leave its folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-storage-'))
  const storage = nodeStorage(folder)
  for (const path of ['../x', 'a/../../x', '/etc/passwd', `${folder}-beside`]) {
    await assert.rejects(storage.open(path, 'read'), { code: 'MS-3001' }, path)
    await assert.rejects(storage.remove(path), { code: 'MS-3001' }, path)
  }
  await storage.makeFolder(join(folder, 'inside'))
  assert.deepEqual(await storage.list(folder), ['inside'])
  rmSync(folder, { recursive: true })
})

const commitStores: readonly (readonly [name: string, use: (body: (store: CommitStore) => Promise<void>) => Promise<void>])[] = [
  [
    'SQLite',
    async (body) => {
      const folder = mkdtempSync(join(tmpdir(), 'millstream-commits-'))
      const store = openSqliteCommitStore(join(folder, 'catalogue'))
      await body(store)
      store.close()
      rmSync(folder, { recursive: true })
    },
  ],
  [
    'simulated',
    async (body) => {
      const world = new SimulatedWorld(1)
      await world.runUntil(body(new SimulatedCommitStore(world.scheduler)))
    },
  ],
]

for (const [name, use] of commitStores) {
  test(`${name} commit store: all changes or none, each only if nothing moved since`, () =>
    use(async (store) => {
      assert.equal(await store.get('a'), null)
      assert.equal(
        await store.commit([
          { key: 'a', expect: 0, value: 'one' },
          { key: 'a%b', expect: 0, value: 'x' },
        ]),
        true,
      )
      assert.deepEqual({ ...(await store.get('a')) }, { value: 'one', version: 1 })
      assert.equal(
        await store.commit([
          { key: 'b', expect: 0, value: 'new' },
          { key: 'a', expect: 7, value: 'two' },
        ]),
        false,
      )
      assert.equal(await store.get('b'), null)
      assert.equal(await store.commit([{ key: 'a', expect: 0, value: 'again' }]), false)
      assert.equal(await store.commit([{ key: 'a', expect: 1, value: 'two' }]), true)
      assert.deepEqual({ ...(await store.get('a')) }, { value: 'two', version: 2 })
      assert.equal(
        await store.commit([
          { key: 'c', expect: 0, value: null },
          { key: 'b', expect: 0, value: 'b' },
        ]),
        true,
      )
      const listed = await store.list('a')
      assert.deepEqual(
        listed.map(([key, { value, version }]) => [key, value, version]),
        [
          ['a', 'two', 2],
          ['a%b', 'x', 1],
        ],
      )
      assert.equal(await store.commit([{ key: 'a', expect: 1, value: null }]), false)
      assert.equal(await store.commit([{ key: 'a', expect: 2, value: null }]), true)
      assert.equal(await store.get('a'), null)
    }))
}

test('what was not synced may be lost in a crash, and what was synced never is', async () => {
  let lost = 0
  for (let seed = 1; seed <= 30; seed++) {
    const world = new SimulatedWorld(seed)
    const storage = new SimulatedStorage(world.random, world.scheduler)
    await world.runUntil(
      (async () => {
        await storage.makeFolder('d')
        await storage.syncFolder('')
        const file = await storage.open('d/f', 'create')
        await file.write([text('synced')], 0)
        await file.sync()
        await storage.syncFolder('d')
        await file.write([new Uint8Array(10_000).fill(7)], 6)
        await (await storage.open('d/unnamed', 'create')).close()
      })(),
    )
    world.kill()
    storage.crash()
    await world.runUntil(
      (async () => {
        const file = await storage.open('d/f', 'read')
        const bytes = new Uint8Array(20_000)
        const count = await file.read(bytes, 0)
        assert.equal(string(bytes.subarray(0, 6)), 'synced')
        if (count < 10_006 || bytes.subarray(6, count).includes(0) || (await storage.stat('d/unnamed')) === null) lost++
      })(),
    )
  }
  assert.ok(lost > 10, `${lost} of 30`)
})

test('a sync that failed leaves bytes that read back and that no later sync brings to the disk', async () => {
  let lost = 0
  for (let seed = 1; seed <= 30; seed++) {
    const world = new SimulatedWorld(seed)
    const storage = new SimulatedStorage(world.random, world.scheduler)
    await world.runUntil(
      (async () => {
        const file = await storage.open('f', 'create')
        await storage.syncFolder('')
        await file.write([text('x')], 0)
        storage.faults = { ...noFaults, syncFails: 1 }
        await assert.rejects(file.sync(), { code: 'EIO' })
        storage.faults = noFaults
        await file.sync()
        const target = new Uint8Array(1)
        assert.equal(await file.read(target, 0), 1)
      })(),
    )
    storage.crash()
    if (storage.sizeOf('f') === 0) lost++
  }
  assert.ok(lost > 3, `${lost} of 30`)
})

test('a full disk takes a part and says so', async () => {
  const world = new SimulatedWorld(1)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  storage.faults = { ...noFaults, capacityBytes: 3 }
  await world.runUntil(
    (async () => {
      const file = await storage.open('f', 'create')
      await assert.rejects(file.write([text('too much')], 0), { code: 'ENOSPC' })
      assert.ok((await file.sizeBytes()) < 8)
    })(),
  )
})
