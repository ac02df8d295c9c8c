"use strict";
// Draws the charts in the page's theme, and again when the theme changes.
(() => {
  const root = document.documentElement;
  // A window without a screen is never narrower than 500 pixels: a picture of a phone says its width.
  const width = /^#width=(\d+)$/.exec(location.hash);
  if (width) root.style.width = `${width[1]}px`;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const palettes = read("palettes");
  const figures = read("figures");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (prefersDark.matches ? "dark" : "light");
  const colored = /^(color|colorscale|(paper_|plot_)?bgcolor|fillcolor|bordercolor|gridcolor|linecolor|tickcolor)$/;

  // "@green/0.2" in the theme's colours.
  const paint = (text) => {
    const found = /^@(.+)\/([\d.]+)$/.exec(text);
    if (!found) return text;
    const hex = found[1][0] === "#" ? found[1] : palettes[theme()][found[1]];
    const part = (at) => parseInt(hex.slice(at, at + 2), 16);
    const own = hex.length > 7 ? part(7) / 255 : 1;
    return `rgba(${part(1)},${part(3)},${part(5)},${own * Number(found[2])})`;
  };
  const painted = (value, isColor) => {
    if (typeof value === "string") return isColor ? paint(value) : value;
    if (Array.isArray(value)) {
      return typeof value[0] === "number" ? value : value.map((one) => painted(one, isColor));
    }
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, painted(one, colored.test(key))]));
  };
  // On a light page, little is light and much is dark.
  const scaled = (figure) => {
    const scale = figure.data[0].colorscale.map(([at, color]) => [at, paint(color)]);
    const turned = theme() === "light" ? scale.map(([at], i) => [at, scale[scale.length - 1 - i][1]]) : scale;
    return { ...figure.data[0], colorscale: turned };
  };
  let drawn = false;
  const settings = { displayModeBar: false, doubleClick: "reset" };
  const draw = () => {
    for (const [key, figure] of Object.entries(figures)) {
      const place = document.getElementById(`figure-${key}`);
      const found = painted(figure, false);
      const traces = figure.turns ? [scaled(figure)] : found.data;
      const wide = place.clientWidth;
      if (wide < 460) found.layout.xaxis.nticks = 5;
      found.layout.autosize = true;
      Plotly.react(place, traces, found.layout, settings);
    }
    drawn = true;
    document.body.dataset.drawn = String(Object.keys(figures).length);
  };

  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    draw();
  });
  prefersDark.addEventListener("change", draw);

  const about = document.getElementById("about");
  const hide = () => { about.hidden = true; };
  for (const button of document.querySelectorAll(".about")) {
    const show = () => {
      about.textContent = button.dataset.text;
      about.hidden = false;
      const box = button.getBoundingClientRect();
      const left = Math.min(box.left, innerWidth - about.offsetWidth - 8);
      about.style.left = `${Math.max(4, left) + scrollX}px`;
      about.style.top = `${box.bottom + 6 + scrollY}px`;
    };
    for (const event of ["mouseenter", "focus", "click"]) button.addEventListener(event, show);
    for (const event of ["mouseleave", "blur"]) button.addEventListener(event, hide);
  }
  for (const key of document.querySelectorAll(".key")) {
    key.addEventListener("click", () => {
      const place = document.getElementById(`figure-${key.dataset.figure}`);
      const off = key.classList.toggle("off");
      const plain = document.createElement("textarea");
      place.data.forEach((trace, at) => {
        plain.innerHTML = trace.name;
        if (plain.value === key.dataset.name) Plotly.restyle(place, { visible: !off }, [at]);
      });
    });
  }
  draw();
  const watch = new ResizeObserver((changes) => {
    for (const { target } of changes) if (drawn) Plotly.Plots.resize(target);
  });
  for (const key of Object.keys(figures)) watch.observe(document.getElementById(`figure-${key}`));
})();
