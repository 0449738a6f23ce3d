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
    show(say.done);
    const heading = result.querySelector("h2");
    if (heading) { heading.tabIndex = -1; heading.focus(); }
  }

  function send(file) {
    if (busy || !file) return;
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
      pick.value = "";
      if (request.status && request.getResponseHeader("Content-Type").startsWith("text/html")) {
        answer(request.responseText);
      } else {
        show(say.lost);
      }
    };
    request.send(file);
  }

  // A second label would be a second name of the same field.
  result.addEventListener("click", (event) => {
    if (event.target.closest("[data-again]")) pick.click();
  });
  pick.addEventListener("change", () => send(pick.files[0]));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => { event.preventDefault(); send(event.dataTransfer.files[0]); });
  // A file that misses the field must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
})();
