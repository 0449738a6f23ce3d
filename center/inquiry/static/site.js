"use strict";
// Sends one file, shows how far it is, and puts the answer into the page. Keeps nothing.
(() => {
  const $ = (id) => document.getElementById(id);
  const pick = $("pick"), drop = $("drop"), status = $("status"), bar = $("bar"), result = $("result");
  const say = drop.dataset;
  let busy = false;

  const show = (text) => { status.textContent = text; };

  function answer(html) {
    // Our own server made it and escaped every value in it.
    result.innerHTML = html;
    result.hidden = false;
    // A refusal is an alert, which is read out by itself.
    show(result.querySelector("[role=alert]") ? "" : say.done);
    const heading = result.querySelector("h2");
    if (heading) { heading.tabIndex = -1; heading.focus(); }
  }

  // What the server would refuse is not sent first: on a slow line that takes minutes.
  function choose(files) {
    if (busy || !files.length) return;
    const [file] = files;
    if (files.length > 1) show(say.several);
    else if (file.size > Number(say.most)) show(say.large);
    else if (!file.size) show(say.empty);
    else send(file);
    pick.value = "";
  }

  function send(file) {
    busy = true;
    drop.setAttribute("aria-busy", "true");
    result.hidden = true;
    result.textContent = "";
    bar.hidden = false;
    bar.value = 0;
    show(say.sending);
    const request = new XMLHttpRequest();
    request.open("POST", "read");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    };
    request.upload.onload = () => { bar.removeAttribute("value"); show(say.reading); };
    request.onloadend = () => {
      busy = false;
      drop.removeAttribute("aria-busy");
      bar.hidden = true;
      const kind = request.getResponseHeader("Content-Type") || "";
      if (request.status && kind.startsWith("text/html")) {
        answer(request.responseText);
      } else {
        show(say.lost);
      }
    };
    request.send(file);
  }

  function enlarge(button) {
    const paper = button.closest("figure").querySelector(".paper");
    const large = paper.classList.toggle("large");
    button.textContent = large ? button.dataset.reduce : button.dataset.enlarge;
    // So large it is moved by arrow keys, too.
    if (large) { paper.tabIndex = 0; paper.focus(); } else { paper.removeAttribute("tabindex"); }
  }

  // A second label would be a second name of the same field.
  result.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("again" in button.dataset) pick.click();
    if ("print" in button.dataset) window.print();
    if ("enlarge" in button.dataset) enlarge(button);
  });
  pick.addEventListener("change", () => choose(pick.files));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => { event.preventDefault(); choose(event.dataTransfer.files); });
  // A file that misses the field must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
})();
