// Shows in an <output data-asks="address" data-fields="names"> of a form what the server answers to those fields while
// they are typed. A button beside it (data-instead) does the same with a whole page; the
// module hides it.
const WAIT = 250

function watch(output) {
  const names = output.dataset.fields.split(" ")
  let waiting = 0
  let asking = new AbortController()

  const query = () => {
    const given = new FormData(output.form)
    return new URLSearchParams(names.flatMap((name) => given.getAll(name).map((text) => [name, text])))
  }

  // an answer that comes after a later question is dropped: it would be about other figures
  const ask = async () => {
    asking.abort()
    const { signal } = (asking = new AbortController())
    try {
      const answer = await fetch(`${output.dataset.asks}?${query()}`, { signal })
      const isText = answer.ok && answer.headers.get("content-type")?.startsWith("text/plain")
      const text = isText ? await answer.text() : ""
      if (!signal.aborted) output.textContent = text
    } catch {
      if (!signal.aborted) output.textContent = ""
    }
  }

  output.form.addEventListener("input", ({ target }) => {
    if (target !== output.form && !names.includes(target.name)) return
    clearTimeout(waiting)
    waiting = setTimeout(ask, WAIT)
  })
  output.parentElement.querySelector("[data-instead]")?.toggleAttribute("hidden", true)
}

document.querySelectorAll("output[data-asks]").forEach(watch)
