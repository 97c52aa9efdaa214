// Shows in each part of the desk, <section data-part="address" data-name="name">, what waits at its service: it fetches
// the service's page and takes over its list. A service that does not answer in time is said, and can be asked again.
const WAIT = 15_000

function said(text, again) {
  const line = document.createElement("p")
  line.className = "notice"
  const button = document.createElement("button")
  button.type = "button"
  button.className = "second"
  button.textContent = "Thử lại"
  button.addEventListener("click", again)
  line.setAttribute("role", "status")
  line.append(text, " ", button)
  return line
}

async function listAt(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(WAIT) })
  const text = answer.ok ? await answer.text() : ""
  const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-waiting]")
  if (!found) throw new Error(`no list at ${answer.url}`)
  found.querySelectorAll("a").forEach((link) => (link.href = new URL(link.getAttribute("href"), answer.url).href))
  return found
}

async function show(part) {
  const place = part.querySelector("[data-place]")
  place.setAttribute("aria-busy", "true")
  try {
    place.replaceChildren(...document.adoptNode(await listAt(part.dataset.part)).childNodes)
  } catch {
    const again = () => show(part).then(() => place.focus())
    place.replaceChildren(said(`Chưa xem được việc ở phần “${part.dataset.name}”.`, again))
  }
  place.removeAttribute("aria-busy")
}

document.querySelectorAll("[data-part]").forEach(show)
