const key = 'millstream.theme'

export type Theme = 'light' | 'dark'

/** What the person chose here before, else what their system prefers. */
function currentTheme(): Theme {
  const chosen = localStorage.getItem(key)
  if (chosen === 'light' || chosen === 'dark') return chosen
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function startTheme(): void {
  document.documentElement.dataset.theme = currentTheme()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    document.documentElement.dataset.theme = currentTheme()
  })
}

export function switchTheme(): void {
  const next = currentTheme() === 'dark' ? 'light' : 'dark'
  localStorage.setItem(key, next)
  document.documentElement.dataset.theme = next
}
