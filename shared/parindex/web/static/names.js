// Shows the name in each place of an account, <span data-account="id">: it asks sign-in, at the address that the header
// has (data-names). The id stays where no name is known, and is the title where one is.
const AT_ONCE = 25
const NAMELESS = "[data-account]:not([title])"
const address = document.querySelector("[data-names]")?.dataset.names
const names = new Map()

async function ask(ids) {
  const query = new URLSearchParams(ids.map((id) => ["account", id]))
  try {
    const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } })
    return answer.ok ? await answer.json() : {}
  } catch {
    return {} // the session is over, or sign-in is away: the page is as good as without scripts
  }
}

async function show() {
  const places = [...document.querySelectorAll(NAMELESS)].map((place) => place.dataset.account)
  const ids = [...new Set(places)].filter((id) => !names.has(id)).sort()
  ids.forEach((id) => names.set(id, "")) // each is asked once
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const found = await ask(ids.slice(at, at + AT_ONCE))
    Object.entries(found).forEach(([id, name]) => names.set(id, name))
  }
  for (const place of document.querySelectorAll(NAMELESS)) {
    const name = names.get(place.dataset.account)
    if (name) Object.assign(place, { title: place.dataset.account, textContent: name })
  }
}

if (address) {
  new MutationObserver(show).observe(document.body, { childList: true, subtree: true })
  show()
}
