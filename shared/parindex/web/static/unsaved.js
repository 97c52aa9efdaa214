// Keeps in this tab of the browser what a person has typed and not saved, and offers it when the page is opened again.
//
// A form takes part with the macro `kept`: its name, the person, and the version of what it changes. Passwords, files
// and hidden fields are never kept. What is kept is dropped when a page says that it is saved (data-saved), when the
// person drops it (data-drop), at sign-out, and when another person opens a page with such a form in this tab.
const PREFIX = "parindex:"
const NOT_KEPT = ["hidden", "password", "file", "submit", "button", "reset"]
const WAIT = 300
const AMID = " Sau đó đã có người lưu một bản khác; hãy so lại trước khi lưu."
let gone = false // the person signs out, or takes the saved text instead: nothing is kept from now on
let sent = false // the person leaves by sending a form

const made = (tag, values) => Object.assign(document.createElement(tag), values)
const place = (address) => `${PREFIX}${new URL(address, location.href).pathname}#`
const placeOf = (form) => place("") + form.dataset.keep
const entries = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))
const drop = (beginning) =>
  entries().forEach((key) => key.startsWith(beginning) && sessionStorage.removeItem(key))
const isBox = (field) => field.type === "checkbox" || field.type === "radio"
const isKept = (field) => field.name && !NOT_KEPT.includes(field.type) && !field.closest("[data-unkept]")
const fieldsOf = (form) => [...form.elements].filter(isKept)

function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key))
  } catch {
    return null
  }
}

function valuesOf(form) {
  const values = {}
  for (const field of fieldsOf(form)) {
    values[field.name] ??= []
    if (!isBox(field) || field.checked) values[field.name].push(field.value)
  }
  return values
}

function isChanged(field) {
  if (isBox(field)) return field.checked !== field.defaultChecked
  if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected)
  return field.value !== field.defaultValue
}

// a page that refuses a form shows texts that are saved nowhere: they count as typed
const isUnsaved = (form) => "unsaved" in form.dataset || fieldsOf(form).some(isChanged)

function keep(form) {
  if (gone) return
  const { person, version } = form.dataset
  if (!isUnsaved(form)) drop(placeOf(form))
  else sessionStorage.setItem(placeOf(form), JSON.stringify({ person, version, values: valuesOf(form) }))
}

function fill(form, values) {
  const fields = fieldsOf(form)
  for (const field of fields) {
    const texts = values[field.name]
    if (!texts) continue // the page has got it since, such as the box of a file that was sent
    if (isBox(field)) field.checked = texts.includes(field.value)
    else if (texts.length) field.value = texts[0]
  }
  form.dispatchEvent(new Event("input", { bubbles: true }))
  const names = new Set(fields.map((field) => field.name))
  askForMore(form, Object.entries(values).filter(([name, texts]) => !names.has(name) && texts.some(Boolean)))
}

// the form had more fields than the page has now: the button that adds fields makes the server show all of them
function askForMore(form, lost) {
  const more = form.querySelector("[data-more]")
  if (!more || !lost.length) return
  for (const [name, [value]] of lost) form.append(made("input", { type: "hidden", name, value }))
  form.requestSubmit(more)
}

function offer(form, kept) {
  const box = made("section", { className: "notice kept" })
  box.setAttribute("role", "status")
  const amid = kept.version === form.dataset.version ? "" : AMID
  const actions = made("p", { className: "actions" })
  const button = (className, textContent, act) => {
    const pressed = made("button", { type: "button", className, textContent })
    pressed.addEventListener("click", () => {
      box.remove()
      fieldsOf(form)[0]?.focus()
      act()
    })
    actions.append(pressed)
  }
  button("", "Khôi phục nội dung chưa lưu", () => fill(form, kept.values))
  button("second", "Bỏ", () => drop(placeOf(form)))
  box.append(made("p", { textContent: `Có nội dung bạn đã nhập ở đây mà chưa lưu.${amid}` }), actions)
  form.before(box)
}

function watch(form) {
  const kept = stored(placeOf(form))
  if (kept && JSON.stringify(kept.values) !== JSON.stringify(valuesOf(form))) offer(form, kept)
  let waiting = 0
  const keepNow = () => {
    if (waiting) keep(form)
    waiting = 0
  }
  form.addEventListener("input", () => {
    gone = false
    clearTimeout(waiting)
    waiting = setTimeout(keepNow, WAIT)
  })
  form.addEventListener("submit", () => keep(form))
  addEventListener("pagehide", keepNow)
}

function leave(beginning) {
  drop(beginning)
  gone = true
}

// a page says once that it is saved: opened again, it would drop what was typed after that
function dropSaved() {
  const saved = document.querySelectorAll("[data-saved]")
  saved.forEach((element) => drop(place(element.dataset.saved)))
  const address = new URL(location.href)
  address.searchParams.delete("saved")
  if (saved.length) history.replaceState(history.state, "", address)
}

function start() {
  dropSaved()
  const forms = [...document.querySelectorAll("form[data-keep]")]
  const isForeign = (key) => forms.some((form) => stored(key)?.person !== form.dataset.person)
  entries().filter(isForeign).forEach(drop)
  forms.forEach(watch)
  addEventListener("pageshow", () => (sent = false))
  addEventListener("beforeunload", (event) => !sent && forms.some(isUnsaved) && event.preventDefault())
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-drop]")) return
    sent = true
    leave(place(""))
  })
  addEventListener("submit", (event) => {
    if (/sign-out(-everywhere)?$/.test(event.target.action)) leave(PREFIX)
    else sent = true
  })
}

start()
