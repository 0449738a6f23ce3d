"use strict";
const $ = (id) => document.getElementById(id);
const make = (tag, text, kind) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; if (kind) e.className = kind; return e; };
const LINES_KEPT = 400;

// --- hands: one at a time, so that a finger is never lifted before it came down --------------
let last = Promise.resolve();
function act(name, args = {}) {
  last = last.then(() => send(name, args));
  return last;
}
async function send(name, args) {
  try {
    const answer = await fetch("/do/" + name, {method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify(args)});
    if (!answer.ok) toast(await answer.text());
  } catch { toast("The demo does not answer. Does it still run?"); }
}
let toastTimer = 0;
function toast(text) {
  const box = $("toast"); box.textContent = text; box.hidden = false;
  clearTimeout(toastTimer); toastTimer = setTimeout(() => { box.hidden = true; }, 6000);
}
const press = (id, name, args = () => ({})) => $(id).addEventListener("click", () => act(name, args()));
// A button that puts something wrong, and the same button that puts it right.
const toggle = (id, wrong, right) => $(id).addEventListener("click", () => act(...($(id).ariaPressed === "true" ? right : wrong)));
press("card-place", "place_card", () => ({name: $("card-name").value}));
press("card-pull", "pull_card"); press("lever", "pull_lever"); press("take-coins", "take_coins"); press("take-paper", "take_paper");
press("kill-visit", "kill_visit");
press("plan-run", "run_plan", () => ({name: $("plan-name").value})); press("plan-stop", "run_plan", () => ({name: ""}));
$("plan-name").addEventListener("change", (e) => { const chosen = e.target.selectedOptions[0]; $("plan-what").textContent = chosen ? chosen.title : ""; });
toggle("jam", ["jam_printer"], ["clear_jam"]); toggle("cover", ["open_cover"], ["close_cover"]);
toggle("flap", ["jam_flap"], ["clear_escrow"]);
toggle("paper", ["load_paper", {n: 0}], ["load_paper", {n: 250}]);
toggle("cut", ["cut_centre"], ["mend_centre"]); toggle("slow", ["slow_centre", {seconds: 2}], ["slow_centre", {seconds: 0}]);
const clocks = document.querySelectorAll("[data-clock]");
clocks.forEach((b) => b.addEventListener("click", () => { restarting(true); act("set_clock", {time: b.dataset.clock}); }));
for (const yen of [10, 50, 100, 500]) {
  const b = make("button", yen, "coin y" + yen); b.id = "coin-" + yen; b.ariaLabel = b.title = "Drop a ¥" + yen + " coin into the slot";
  b.addEventListener("click", () => act("drop_coin", {yen})); $("coin-drop").append(b);
}
for (const yen of [1000, 10000]) {
  const b = make("button", "¥" + yen.toLocaleString("en"), "note"); b.id = "note-" + yen; b.ariaLabel = "Insert a ¥" + yen + " note";
  b.title = b.ariaLabel + (yen > 1000 ? "; the validator knows only ¥1,000 and gives it back" : "; it is held, then stacked or given back");
  b.addEventListener("click", () => act("insert_bill", {yen})); $("note-insert").append(b);
}

// --- the glass ---------------------------------------------------------------------------------
const glass = $("glass");
const point = (e) => { const r = glass.getBoundingClientRect(); return {x: (e.clientX - r.left) / r.width, y: (e.clientY - r.top) / r.height}; };
let down = null;
glass.addEventListener("pointerdown", (e) => { if (down !== null || e.button) return; down = e.pointerId; glass.setPointerCapture(down); act("finger", {down: true, ...point(e)}); });
for (const kind of ["pointerup", "pointercancel"]) glass.addEventListener(kind, (e) => { if (down !== e.pointerId) return; down = null; act("finger", {down: false, ...point(e)}); });
const KEYS = {Enter: "enter", Escape: "cancel", ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", Backspace: "*"};
glass.addEventListener("keydown", (e) => {
  const name = KEYS[e.key] || ("0123456789*#".includes(e.key) ? e.key : "");
  if (!name || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault(); if (!e.repeat) act("key", {name});
});
// One picture is fetched at a time; what came meanwhile is left out but for the newest.
let wanted = -1, shown = -1, loading = false;
function showFrame(serial) { wanted = serial; fetchFrame(); }
function fetchFrame() { if (loading || shown === wanted || wanted < 1) return; loading = true; shown = wanted; glass.src = "/frame.png?" + wanted; }
for (const kind of ["load", "error"]) glass.addEventListener(kind, () => { loading = false; fetchFrame(); });

// --- how things stand --------------------------------------------------------------------------
const say = (id, text, alarm = false) => { const e = $(id); if (e.textContent !== text) e.textContent = text; e.classList.toggle("alarm", alarm); };
const able = (id, can) => { $(id).disabled = !can; };
function pressed(id, on, wrong, right) { const b = $(id); b.ariaPressed = String(on); b.textContent = on ? right : wrong; }
function pictures(box, items, path) {
  const have = items.map((i) => i.id).join(); if (box.dataset.have === have) return;
  box.dataset.have = have; box.textContent = "";
  for (const item of items) {
    const f = make("figure"), a = make("a"), img = make("img");
    img.src = path + item.id + ".png"; img.alt = item.label; a.href = img.src + "?large=1"; a.target = "_blank"; a.title = "Open large";
    a.append(img); f.append(a, make("figcaption", item.label)); box.append(f);
  }
  box.scrollLeft = box.scrollWidth;
}
function hoppers(rows) {
  say("hopper-state", rows.map((h) => "¥" + h.yen + " × " + h.pieces + (h.jammed ? " (jammed)" : "")).join(" · "));
  const table = $("hoppers"), have = JSON.stringify(rows); if (table.dataset.have === have) return;
  table.dataset.have = have; table.textContent = "";
  for (const h of rows) {
    const tr = table.insertRow(); tr.append(make("td", "¥" + h.yen), make("td", h.pieces + " coins", "sum"));
    const cell = tr.insertCell();
    const hand = (label, name, args, kind, title) => { const b = make("button", label, kind); b.title = title; b.ariaPressed = kind && label === "Free it" ? "true" : null; b.id = name + "-" + h.yen; b.addEventListener("click", () => act(name, {yen: h.yen, ...args})); cell.append(b); };
    hand("Fill 50", "fill_hopper", {n: 50}, "", "Put 50 coins in, and tell nobody: kiosk stock counts them");
    hand("Empty", "empty_hopper", {}, "bad", "Take every coin out, and tell nobody");
    hand(h.jammed ? "Free it" : "Jam", h.jammed ? "unjam_hopper" : "jam_hopper", {}, "bad", h.jammed ? "Take the stuck coin out" : "A coin sticks: nothing of ¥" + h.yen + " is paid out");
  }
}
function escrow(e) {
  $("escrow").hidden = !e; if (!e) return;
  say("escrow-state", e.yen ? "¥" + e.yen + " wait: " + e.coins.map((c) => "¥" + c.yen + " × " + c.pieces).join(" · ") : "is empty", e.stuck);
  pressed("flap", e.stuck, "Jam the flap", "Free the flap");
}
function cards(list) {
  const select = $("card-name"); if (select.options.length) return;
  for (const c of list) select.add(new Option(c.name + ": " + c.note.replace(", good", "") + (c.pin && !c.note.includes("PIN " + c.pin) ? " (PIN " + c.pin + ")" : ""), c.name));
  select.value = list.some((c) => c.name === "yamada-hanako") ? "yamada-hanako" : select.value;
}
function plans(list) {
  const select = $("plan-name"); if (select.options.length) return;
  for (const p of list) { const o = new Option(p.name.replaceAll("-", " "), p.name); o.title = p.what; select.add(o); }
  select.dispatchEvent(new Event("change"));
}
function restarting(on) { clocks.forEach((b) => { b.disabled = on; }); able("kill-visit", !on); say("terminal-state", on ? "starting anew…" : ""); }
const TROUBLES = {"media-jam": "paper jam", "media-empty": "no paper", "door-open": "cover open", "cover-open": "cover open", "toner-empty": "no toner"};
const trouble = (word) => { const key = word.replace(/-(error|warning|report)$/, ""); return TROUBLES[key] || key.replaceAll("-", " "); };
function show(s) {
  showFrame(s.frame); cards(s.cards);
  say("screen", s.screen ? s.screen + (s.page.endsWith("/1") ? "" : " (" + s.page + ")") : "dark"); say("session", s.state || "nobody is here"); say("clock-state", s.clock);
  say("card-state", s.card ? s.card + " is on the reader" : "none on the reader"); able("card-place", !s.card); able("card-pull", !!s.card);
  say("coin-state", "tray ¥" + s.coin_tray_yen + " · cashbox ¥" + s.cashbox_yen + " · stacker ¥" + s.stacker_yen + (s.bill_yen ? " · ¥" + s.bill_yen + " held" : "")); able("take-coins", s.coin_tray_yen > 0); hoppers(s.hoppers); escrow(s.escrow);
  const words = s.printer_troubles.map(trouble);
  say("printer-state", words.length ? words.join(", ") : s.paper + " sheets in the cassette · " + s.tray_sheets + " in the tray", words.length > 0);
  able("take-paper", s.tray_sheets > 0); pressed("paper", s.paper === 0, "No paper", "Load paper");
  pressed("jam", s.jam_awaits || words.includes("paper jam"), "Jam next sheet", s.jam_awaits ? "Let it pass" : "Clear the jam"); pressed("cover", words.includes("cover open"), "Open cover", "Close cover");
  pictures($("sheets"), s.sheets, "/sheet/"); pictures($("slips"), s.slips, "/slip/"); $("receipt").hidden = !s.slips.length; say("receipt-state", s.slips.length ? s.slips.length + " printed" : "");
  say("centre-state", s.centre_cut ? "cut off" : s.centre_delay ? "slow" : "connected", s.centre_cut); pressed("cut", s.centre_cut, "Cut the line", "Mend the line"); pressed("slow", s.centre_delay > 0, "Slow it by 2 s", "Full speed");
  plans(s.plans); say("plan-state", s.plan ? s.plan.replaceAll("-", " ") + " is running" : "", true); able("plan-stop", !!s.plan);
  restarting(s.restarting); say("journal-state", s.journal_count + " entries");
}

// --- what happened -----------------------------------------------------------------------------
const heard = {log: -1, journal: -1};
function append(name, lines, paint) {
  const box = $(name), stick = box.scrollTop + box.clientHeight >= box.scrollHeight - 30;
  // A line that is told again, because the connection is new, is there already.
  for (const line of lines) if (line.n < 0 || line.n > heard[name]) { heard[name] = Math.max(heard[name], line.n); const row = make("div"); paint(row, line); box.append(row); }
  while (box.childElementCount > LINES_KEPT) box.firstChild.remove();
  if (stick) box.scrollTop = box.scrollHeight;
}
function paintLog(row, line) { row.append(make("time", line.at.toFixed(2) + " s"), make("b", line.who, line.who), make("span", line.what)); }
function paintJournal(row, line) {
  const fields = make("span"); row.title = line.meaning;
  for (const [name, value] of line.fields) { const field = make("i", name + " "); field.append(make("em", value || "–")); fields.append(field, " "); }
  row.append(make("time", line.at), make("b", line.kind), fields);
}
const source = new EventSource("/events");
source.addEventListener("open", () => { $("line").className = ""; say("line", "live"); });
source.addEventListener("error", () => { $("line").className = "away"; say("line", "the demo has ended or does not answer"); });
source.addEventListener("state", (e) => show(JSON.parse(e.data)));
source.addEventListener("frame", (e) => showFrame(JSON.parse(e.data).serial));
source.addEventListener("log", (e) => append("log", JSON.parse(e.data), paintLog));
source.addEventListener("journal", (e) => append("journal", JSON.parse(e.data), paintJournal));
