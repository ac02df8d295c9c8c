"use strict";
// Values under the pointer, one series alone, the other theme: all that needs more than the page.
(() => {
  const root = document.documentElement;
  // A window without a screen is never narrower than 500 pixels: a picture of a phone says its width.
  const width = /^#width=(\d+)$/.exec(location.hash);
  if (width) root.style.width = `${width[1]}px`;

  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const prefers = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || prefers) === "dark" ? "light" : "dark";
  });

  const readout = document.getElementById("readout");
  const line = (key, name, value) => {
    const row = document.createElement("p");
    const left = document.createElement("span");
    if (key) left.append(key.cloneNode());
    left.append(name);
    const right = document.createElement("b");
    right.textContent = value;
    row.append(left, right);
    return row;
  };
  const place = (x, y) => {
    readout.hidden = false;
    const beside = x + readout.offsetWidth + 24 > innerWidth ? x - readout.offsetWidth - 16 : x + 16;
    const below = Math.min(y + 12, innerHeight - readout.offsetHeight - 8);
    readout.style.left = `${Math.max(4, beside) + scrollX}px`;
    readout.style.top = `${Math.max(4, below) + scrollY}px`;
  };

  // What has no value is last, whichever way the others go.
  const compare = (one, other, sign) => {
    const [a, b] = [one, other].map((cell) => cell.dataset.value ?? cell.textContent);
    if (!a || !b) return (a === "") - (b === "");
    const difference = Number(a) - Number(b);
    return sign * (Number.isNaN(difference) ? a.localeCompare(b) : difference);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const sorter = document.createElement("button");
      sorter.type = "button";
      sorter.append(...head.childNodes);
      head.append(sorter);
      sorter.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const one of heads) one.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => compare(a.cells[at], b.cells[at], down ? -1 : 1)));
      });
    });
  }

  for (const chart of document.querySelectorAll(".chart")) {
    const panel = chart.closest(".panel");
    const table = panel.querySelector(".values table");
    const heads = [...table.tHead.rows[0].cells];
    const rows = table.tBodies[0].rows;
    const cross = chart.querySelector(".cross");
    const box = () => chart.firstElementChild.getBoundingClientRect();
    const { first, each } = table.dataset;
    const events = document.querySelector(chart.querySelector("use")?.getAttribute("href").replace("marks", "events"));
    let shown = -1;
    let alone = "";

    const hide = () => { cross.hidden = readout.hidden = true; shown = -1; };
    // A series with fewer points has its nearest value some rows away.
    const near = (row, column) => {
      const reach = Number(heads[column].dataset.reach || 0);
      for (let away = 0; away <= reach; away += 1) {
        for (const at of [row - away, row + away]) {
          const text = rows[at]?.cells[column]?.textContent;
          if (text) return text;
        }
      }
      return "";
    };
    const marked = (share) => [...(events?.querySelectorAll("tr[data-at]") ?? [])]
      .filter((row) => Math.abs(row.dataset.at - share) < each)
      .map((row) => line(row.querySelector("i"), row.cells[2].textContent, ""));
    const values = (row, bucket) => heads.slice(1)
      .map((head, at) => [head, near(row, at + 1), String(at)])
      .filter(([, text, at]) => text && (!alone || alone === at) && (bucket < 0 || Number(at) === bucket))
      .map(([head, text]) => line(head.querySelector("i"), head.textContent, text));
    const show = (row, y) => {
      if (!rows[row]) return hide();
      const frame = box();
      const share = Number(first) + row * each;
      const bucket = panel.classList.contains("heatmap")
        ? Math.floor((1 - (y - frame.top) / frame.height) * (heads.length - 1)) : -1;
      shown = row;
      cross.hidden = false;
      cross.style.left = `${frame.left - chart.getBoundingClientRect().left + share / 100 * frame.width}px`;
      readout.replaceChildren(line(null, `${rows[row].cells[0].textContent} UTC`, ""),
        ...marked(share), ...values(row, bucket));
      place(frame.left + share / 100 * frame.width, y);
    };
    const state = (row, x, y) => {
      const [from, until, lane, text] = [...rows[row].cells].map((cell) => cell.textContent);
      readout.replaceChildren(line(null, `${from} to ${until} UTC`, ""), line(null, lane, text));
      place(x, y);
    };
    const blocks = [...chart.querySelectorAll(".block")];

    chart.addEventListener("pointermove", (event) => {
      if (blocks.length) {
        const at = blocks.indexOf(event.target.closest(".block"));
        return at < 0 ? hide() : state(at, event.clientX, event.clientY);
      }
      const frame = box();
      const share = 100 * (event.clientX - frame.left) / frame.width;
      show(Math.round((share - first) / each), event.clientY);
    });
    chart.addEventListener("pointerleave", hide);
    if (!blocks.length) {
      chart.tabIndex = 0;
      chart.addEventListener("blur", hide);
      chart.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (event.key === "Escape") hide();
        if (!step) return;
        event.preventDefault();
        const next = shown < 0 ? rows.length - 1 : shown + step;
        show(Math.min(rows.length - 1, Math.max(0, next)), box().top + 20);
      });
    }

    const keys = [...panel.querySelectorAll(".key")];
    for (const key of keys) {
      key.addEventListener("click", () => {
        alone = alone === key.dataset.at ? "" : key.dataset.at;
        for (const one of keys) {
          one.classList.toggle("off", alone !== "" && one.dataset.at !== alone);
          one.setAttribute("aria-pressed", String(one.dataset.at === alone));
        }
        for (const path of chart.querySelectorAll("path[data-at]")) {
          path.classList.toggle("other", alone !== "" && path.dataset.at !== alone);
        }
      });
    }
  }
})();
