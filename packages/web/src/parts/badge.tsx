const tones: Readonly<Record<string, string>> = {
  running: 'good',
  ok: 'good',
  finished: 'dim',
  starting: 'warn',
  stopped: 'dim',
  failed: 'bad',
}

export function StateBadge({ state }: { readonly state: string }) {
  return <span className={`badge ${tones[state] ?? 'dim'}`}>{state}</span>
}
