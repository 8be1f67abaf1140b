// Numbers and elements for people.
function time(ns) {
  const size = Math.abs(ns);
  if (size < 1e3) return `${Math.round(ns)} ns`;
  if (size < 1e6) return `${+(ns / 1e3).toPrecision(3)} µs`;
  if (size < 1e9) return `${+(ns / 1e6).toPrecision(3)} ms`;
  return `${+(ns / 1e9).toPrecision(3)} s`;
}

// A moment, with as many digits as tell it from its neighbours a step away.
function moment(ns, step) {
  const [unit, name] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]].find(([size]) => Math.abs(ns) >= size) ?? [1, "ns"];
  return `${(ns / unit).toFixed(Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9)))} ${name}`;
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A table whose heads sort it. Columns: [title, row => sort key, row => what is shown, whether it is text].
function table(columns, rows, onRow) {
  let sorted = rows;
  const body = element("tbody");
  const heads = columns.map(([title, key, , isText]) => element("th", { class: isText ? "text" : undefined, tabindex: 0, scope: "col", onclick: event => sort(event.currentTarget, key), onkeydown: event => { if (event.key === "Enter") sort(event.currentTarget, key); } }, title));
  function sort(head, key) {
    const descending = head.getAttribute("aria-sort") !== "descending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const order = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (descending ? -1 : 1);
    sorted = [...rows].sort(order);
    fill();
  }
  function fill() {
    body.replaceChildren(...sorted.map(row => {
      const cells = columns.map(([, , show, isText]) => element("td", isText ? { class: "text" } : {}, show(row)));
      return onRow ? element("tr", { class: "goes", tabindex: 0, onclick: () => onRow(row), onkeydown: event => { if (event.key === "Enter") onRow(row); } }, ...cells) : element("tr", {}, ...cells);
    }));
  }
  fill();
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const isDark = matchMedia("(prefers-color-scheme: dark)");

// The same method has the same colour in every trace.
const hues = new Map();
function taskColour(name) {
  let hue = hues.get(name);
  if (hue === undefined) {
    hue = 0;
    for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) >>> 0;
    hues.set(name, hue %= 360);
  }
  return isDark.matches ? `hsl(${hue} 45% 42%)` : `hsl(${hue} 60% 72%)`;
}
