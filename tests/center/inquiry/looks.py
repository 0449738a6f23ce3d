"""What makes a page hard to use without eyes, mouse or contrast, asked of the page itself.

Beside axe-core: how large a target is, that there is one heading of the first level and none
is left out below it, contrast against what lies behind.

Source: WCAG 2.2, 1.1.1, 1.3.1, 1.4.3, 2.4.1, 2.4.2, 2.5.8, 3.1.1, 4.1.2.
"""

COMPLAINTS = r"""
const bad = [];
const seen = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== "hidden";
if (!document.documentElement.lang) bad.push("no language");
if (!document.title.trim()) bad.push("no title");
if (document.querySelectorAll("h1").length !== 1) bad.push("not one h1");
if (document.querySelectorAll("main").length !== 1) bad.push("not one main");
let level = 0;
for (const h of document.querySelectorAll("h1,h2,h3,h4")) {
  const own = +h.tagName[1];
  if (own > level + 1) bad.push("heading skips: " + h.textContent);
  level = own;
}
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
if (new Set(ids).size !== ids.length) bad.push("an id twice");
for (const a of ["aria-labelledby", "aria-describedby", "for"])
  for (const e of document.querySelectorAll(`[${a}]`))
    if (!document.getElementById(e.getAttribute(a))) bad.push(a + " leads nowhere");
for (const i of document.images)
  if (!i.hasAttribute("alt")) bad.push("an image without words");
for (const i of document.querySelectorAll("input,button,progress"))
  if (seen(i) && !(i.labels && i.labels.length) && !i.getAttribute("aria-label") &&
      !i.getAttribute("aria-labelledby") && !i.textContent.trim()) bad.push("a nameless field");
for (const e of document.querySelectorAll("a,button,label.button,summary")) {
  if (seen(e) && !e.textContent.trim()) bad.push("a link without words");
}
for (const e of document.querySelectorAll("label.button,button.button")) {
  const box = e.getBoundingClientRect();
  if (seen(e) && (box.height < 44 || box.width < 44)) bad.push("too small to touch");
}
const rgb = (text) => (text.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => {
  const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
};
const ground = (e) => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c;
  }
  return [255, 255, 255];
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let t = walker.nextNode(); t; t = walker.nextNode()) {
  const e = t.parentElement;
  if (!t.data.trim() || !seen(e) || ["SCRIPT", "NOSCRIPT", "STYLE"].includes(e.tagName)) continue;
  const [x, y] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
  const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  if (ratio < 4.5) bad.push("contrast " + ratio.toFixed(2) + ": " + t.data.trim().slice(0, 20));
}
return bad;
"""
