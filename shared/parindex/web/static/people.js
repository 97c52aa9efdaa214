// Completes the choice of a person, <fieldset data-people="address">, with the people whom sign-in names there: a radio
// button for each who has none yet. Where sign-in does not answer, the choice stays as the server wrote it.
async function people(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } })
    return answer.ok ? await answer.json() : []
  } catch {
    return [] // the page is as good as without scripts
  }
}

async function complete(choice) {
  const known = new Set([choice.dataset.me, ...[...choice.querySelectorAll("input")].map((each) => each.value)])
  for (const { account, name } of await people(choice.dataset.people)) {
    if (known.has(account)) continue
    const label = Object.assign(document.createElement("label"), { className: "choice" })
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "to", value: account })
    label.append(radio, " ", Object.assign(document.createElement("span"), { title: account, textContent: name }))
    choice.querySelector(".actions").before(label)
  }
  choice.hidden = !choice.querySelector("input")
}

document.querySelectorAll("[data-people]").forEach(complete)
