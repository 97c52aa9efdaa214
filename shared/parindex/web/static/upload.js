// Sends the files of a form marked `data-upload` one by one as soon as they are chosen or dropped on it, with a bar for
// each. The answer to each is the page that the form alone would get: its results (data-results) and its parts marked
// `data-refreshed`, which have an id, are taken into this page, so that nothing that was typed here is lost.
import { sized } from "./choosing.js"

const CUT_OFF = "Mất kết nối khi đang gửi; chưa nhận tệp này."
const NOT_READ = "Hệ thống không nhận tệp này. Hãy mở lại trang rồi gửi lại."
let waiting = 0

const made = (tag, values = {}, ...inside) => {
  const element = Object.assign(document.createElement(tag), values)
  element.append(...inside)
  return element
}

function sent(form, file, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const body = new FormData()
    body.append("files", file, file.name)
    request.open("POST", form.action)
    request.responseType = "document"
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total
    })
    request.addEventListener("load", () => resolve(request.response))
    request.addEventListener("error", () => reject(new Error(CUT_OFF)))
    request.send(body)
  })
}

function refresh(answer) {
  for (const part of document.querySelectorAll("[data-refreshed]")) {
    const now = answer.getElementById(part.id)
    if (!now) continue
    for (const { name, value } of part.querySelectorAll("input:checked")) {
      const box = now.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`)
      box?.setAttribute("checked", "")
      box?.closest("details")?.setAttribute("open", "")
    }
    part.replaceWith(document.adoptNode(now))
  }
}

function fail(line, text, again) {
  const retry = made("button", { type: "button", className: "second", textContent: "Gửi lại" })
  retry.addEventListener("click", again)
  line.firstChild.append(made("p", { className: "hint", textContent: text }), retry)
  line.lastChild.textContent = "Không nhận"
  line.lastChild.className = "tag warn"
}

async function send(form, file, line) {
  const bar = made("progress", { max: 1, value: 0 })
  bar.setAttribute("aria-label", `Đang gửi ${file.name}`)
  const name = made("b", { className: "data", textContent: sized(file) })
  line.replaceChildren(made("div", {}, name, bar), made("strong", { className: "tag", textContent: "Đang gửi" }))
  try {
    const answer = await sent(form, file, bar)
    const results = answer?.querySelectorAll("[data-results] > li") ?? []
    if (!results.length) throw new Error(answer?.querySelector("main .empty")?.textContent || NOT_READ)
    line.replaceWith(...[...results].map((each) => document.adoptNode(each)))
    refresh(answer)
  } catch (error) {
    bar.remove()
    fail(line, error.message, () => sendAll(form, [[file, line]]))
  }
}

async function sendAll(form, lines) {
  waiting += lines.length
  for (const [file, line] of lines) {
    await form.sending
    form.sending = send(form, file, line)
    await form.sending
    waiting -= 1
  }
}

function take(form, list, files) {
  const lines = [...files].map((file) => {
    const status = made("strong", { className: "tag", textContent: "Chờ gửi" })
    const line = made("li", {}, made("b", { className: "data", textContent: sized(file) }), status)
    list.append(line)
    return [file, line]
  })
  sendAll(form, lines)
}

function start(form) {
  const list = made("ul", { className: "tasks" })
  list.setAttribute("aria-live", "polite")
  form.after(list)
  form.querySelector("[type=submit]").hidden = true
  const hint = "Kéo tệp thả vào đây, hoặc chọn ở dưới: tệp được gửi ngay."
  form.prepend(made("p", { className: "drop", textContent: hint }))
  form.addEventListener("change", (event) => {
    take(form, list, event.target.files)
    event.target.value = ""
  })
  form.addEventListener("dragover", (event) => event.preventDefault())
  form.addEventListener("drop", (event) => {
    event.preventDefault()
    take(form, list, event.dataTransfer.files)
  })
}

addEventListener("beforeunload", (event) => waiting && event.preventDefault())
document.querySelectorAll("form[data-upload]").forEach(start)
