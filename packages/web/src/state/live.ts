import type { HomeGraph, LiveUpdate } from '@millstream/client'
import { useSyncExternalStore } from 'react'
import { client } from './client.ts'

/** How much history of rates a page can draw: one point a second. */
const historySeconds = 300
const retryDelayMs = 1500

export interface LiveState {
  readonly connection: 'connecting' | 'live' | 'lost'
  readonly lostSinceMs: number | null
  readonly graph: HomeGraph | null
  readonly now: LiveUpdate
  /** Rows per second by edge, oldest first; one entry a second. */
  readonly history: readonly { readonly atMs: number; readonly edges: LiveUpdate['edges'] }[]
}

const nothing: LiveUpdate = { atMs: 0, edges: {}, ledgers: {}, jobs: {}, datasets: {}, graphChanged: false }
let state: LiveState = { connection: 'connecting', lostSinceMs: null, graph: null, now: nothing, history: [] }
const listeners = new Set<() => void>()
let started = false

function set(change: Partial<LiveState>): void {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

async function loadGraph(): Promise<void> {
  set({ graph: await client.home() })
}

function take(update: LiveUpdate): void {
  const { now, history } = state
  const merged: LiveUpdate = {
    atMs: update.atMs,
    edges: { ...now.edges, ...update.edges },
    ledgers: { ...now.ledgers, ...update.ledgers },
    jobs: { ...now.jobs, ...update.jobs },
    datasets: { ...now.datasets, ...update.datasets },
    graphChanged: update.graphChanged,
  }
  set({
    connection: 'live',
    lostSinceMs: null,
    now: merged,
    history: [...history.slice(-historySeconds), { atMs: update.atMs, edges: merged.edges }],
  })
  if (update.graphChanged) void loadGraph().catch(() => {})
}

/** The one connection of the page: follows the feed and connects again for as long as the page is open. */
async function follow(): Promise<void> {
  for (;;) {
    try {
      await loadGraph()
      for await (const update of client.live()) take(update)
    } catch {
      // What failed is shown as the lost connection; the next round says when it is back.
    }
    set({ connection: 'lost', lostSinceMs: state.lostSinceMs ?? Date.now() })
    await new Promise((resolve) => setTimeout(resolve, retryDelayMs))
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!started) {
    started = true
    void follow()
  }
  return () => listeners.delete(listener)
}

export function useLive(): LiveState {
  return useSyncExternalStore(subscribe, () => state)
}
