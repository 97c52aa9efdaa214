// Gives each field of files a button in our words, over which the field lies unseen, and says what is chosen and how
// large it is. The field takes clicks, keys and dropped files as before; where files are sent at once, `upload.js` says
// what becomes of them.
const FIELDS = "input[type=file]"
const KIB = 1024

export const sized = ({ name, size }) => {
  const large = (size / KIB / KIB).toFixed(1).replace(".", ",").replace(/,0$/, "")
  return `${name} (${size < KIB * KIB ? `${Math.ceil(size / KIB)} KB` : `${large} MB`})`
}

const made = (tag, values) => Object.assign(document.createElement(tag), values)

function dress(field) {
  const words = field.hasAttribute("capture") ? "Chụp ảnh" : field.multiple ? "Chọn các tệp" : "Chọn tệp"
  const box = made("div", { className: "chooser" })
  const chosen = made("p", { className: "hint data" })
  chosen.setAttribute("role", "status")
  const say = () => {
    const files = [...field.files].map(sized)
    chosen.textContent = files.length ? `Đã chọn: ${files.join("; ")}` : "Chưa chọn tệp nào."
  }
  field.replaceWith(box)
  box.append(made("span", { className: "button second", textContent: words, ariaHidden: "true" }), field)
  if (field.form.matches("[data-upload]")) return
  box.after(chosen)
  field.addEventListener("change", say)
  say()
}

document.querySelectorAll(FIELDS).forEach(dress)
