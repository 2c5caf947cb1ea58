import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium that is installed on the machine; tests bring none. Null, with a loud line, where there is none. */
export async function openBrowser(): Promise<Browser | null> {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place))
  if (executablePath === undefined) {
    if (process.env.CI === 'true') throw new Error('CI needs Chromium (Debian package chromium) and there is none')
    console.error('NO CHROMIUM here: the pages were NOT tested. Install it, or name it in CHROMIUM.')
    return null
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Watched {
  readonly page: Page
  /** What the browser complained about: errors of scripts, blocked styles and scripts, requests that left the server. */
  readonly complaints: string[]
}

/** A page that notes every complaint. */
export async function watchedPage(
  browser: Browser,
  url: string,
  view: { readonly width: number; readonly dark: boolean },
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: view.width, height: 860 }, colorScheme: view.dark ? 'dark' : 'light' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:') && !request.url().startsWith('blob:'))
      complaints.push(`left the server: ${request.url()}`)
  })
  return { page, complaints }
}

/** Whether something sticks out of the window to the right. */
export async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide: string[] = []
    if (document.documentElement.scrollWidth > innerWidth)
      wide.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`)
    for (const element of document.querySelectorAll(
      'main h1, main h2, main button, main input, main select, main .stat, main .panel, main p',
    )) {
      const box = element.getBoundingClientRect()
      if (box.width > 0 && box.right > innerWidth + 1 && element.closest('.scroll, .react-flow') === null)
        wide.push(`${element.tagName} ${element.className} ends at ${Math.round(box.right)}`)
    }
    return wide
  })
}
